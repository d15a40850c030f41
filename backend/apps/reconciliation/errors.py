from kernel.errors import DomainError, Expectation

#: `error` of a run, and `outcome` of a difference, that met with what nobody thought of.
UNFORESEEN = "unforeseen"


class NotLinkable(DomainError):
    """`sum_fen`: what is left when all of them are taken together."""

    code, status = "not_linkable", 409
    members = ("sum_fen",)
    zh, en = "所选差异合计不为零,不能互相勾对", "The chosen differences do not add up to zero."


class BillNotReady(DomainError):
    """The bill of a day is made at 02:00 on the day after."""

    code, status = "bill_not_ready", 409
    zh, en = "该日账单次日 02:00 生成,请稍后", "The bill of that day is made at 02:00 on the day after."


class BillMayCome(DomainError):
    """`until`: from then on its day may be closed without it."""

    code, status = "bill_may_come", 409
    members = ("until",)
    zh, en = "账单可能还会到,{until} 之后才能结转", "The bill may yet come; wait until {until}."


class NotReconciled(DomainError):
    """The account has no bills: a channel at a counter, a HIS that we are ourselves, or one switched off."""

    code, status = "not_reconciled", 409
    zh, en = "该账户不对账:没有对方账单", "This account has no bills to reconcile with."


class TooManyBills(DomainError):
    """So many files of one account's day, or so many that are not read yet."""

    code, status = "too_many_bills", 409
    zh, en = (
        "该账户的账单文件过多:请等待已提交的处理完毕,同一天最多 20 份",
        "Too many files of this account: wait for those that are being checked; at most 20 of a day.",
    )


BILL_DAY = Expectation(
    "bill_day", "须为昨天及以前、三个月以内的日期", "A day before today, three months back at most."
)
WITHOUT_MONEY = Expectation(
    "without_money", "测试交易的金额须为零或在同一天退回", "Test trades have to come to nothing."
)
CARRIED_AHEAD = Expectation(
    "carried_ahead", "须在差异日期之后的 7 天以内", "Within 7 days after the day of the difference."
)
ONE_KIND = Expectation("one_kind", "只能批量处理同一类差异", "Differences of one kind only.")
OF_COUNTERPARTY = Expectation(
    "action_of_counterparty",
    "该对账对象的差异不能这样处理",
    "Differences with this counterparty are not settled so.",
)
HANDS_IN = Expectation("hands_in", "应用账单由应用自己提交", "An application hands its bill in by itself.")
NOT_PROPOSED = Expectation(
    "not_proposed", "所选差异已在另一份处理意见中", "Another proposal names one of these differences."
)
