from kernel.errors import DomainError


class InsufficientBalance(DomainError):
    """A prepaid account would fall below zero."""

    code, status = "insufficient_balance", 409
    zh, en = "账户余额不足", "The balance of the account is not sufficient."


class LedgerConflict(DomainError):
    """The key of a movement of money was used before, for another movement."""

    code, status = "ledger_conflict", 409
    zh, en = "该笔记账已以不同内容入账", "This posting was made before with different contents."


class ChannelNotOffered(DomainError):
    """The hospital does not offer the channel, or not this way."""

    code, status = "channel_not_offered", 409
    members = ("channel",)
    zh, en = "暂不支持该支付方式({channel})", "This way of paying is not offered ({channel})."


class ChannelUnavailable(DomainError):
    """The channel did not answer; the same request may be repeated safely."""

    code, status = "channel_unavailable", 503
    members = ("channel",)
    zh, en = "支付渠道暂时无法响应,请稍后重试", "The payment channel does not answer; try again shortly."


class ChannelRefused(DomainError):
    """The channel does not take the payment; `reason` is its own code."""

    code, status = "channel_refused", 409
    members = ("channel", "reason")
    zh, en = "支付渠道拒绝了本次支付({reason})", "The payment channel refused ({reason})."


class NoOpenShift(DomainError):
    """Cash is taken and given back out of a clerk's drawer, and this clerk has none open."""

    code, status = "no_open_shift", 409
    zh, en = (
        "您没有进行中的收费班次,请先开班再收付现金",
        "You have no open shift: open one before cash is handled.",
    )


class OrderExpired(DomainError):
    """The time for paying is over."""

    code, status = "payment_order_expired", 409
    zh, en = "支付已超时,请重新下单", "The time for paying is over; start again."


class SubjectBeingPaid(DomainError):
    """Something in it stands in another payment order already; `order_id` says which."""

    code, status = "being_paid", 409
    members = ("order_id", "order_no", "state")
    zh, en = (
        "所选费用正在支付或已支付(支付单 {order_no})",
        "It is being paid or was paid in order {order_no}.",
    )


class AmountNotAllowed(DomainError):
    """Nothing to pay, or more than one order may hold."""

    code, status = "amount_not_allowed", 400
    members = ("most_yuan",)
    zh, en = (
        "金额须大于零且不超过 {most_yuan} 元",
        "The amount must be above zero and at most {most_yuan} yuan.",
    )


class TooManyAttempts(DomainError):
    """This order was tried often enough."""

    code, status = "too_many_attempts", 409
    zh, en = "支付尝试次数过多,请重新下单", "Too many tries to pay this order; start again."


class TenderExceedsRest(DomainError):
    """More than nobody has paid, or is about to pay, of the order."""

    code, status = "tender_exceeds_rest", 409
    members = ("left_fen",)
    zh, en = "超过尚需支付的金额", "It is more than is still to be paid."


class TooManyTenders(DomainError):
    """The last of them has to bring all that is left."""

    code, status = "too_many_tenders", 409
    zh, en = (
        "一笔支付单最多分五笔支付,最后一笔须付清余额",
        "At most five tenders pay an order; the last one brings what is left.",
    )


class CashLast(DomainError):
    """Cash is handed over once everything else is here, and completes the order; `left_fen`: what is left."""

    code, status = "cash_last", 409
    members = ("left_fen",)
    zh, en = "现金须最后收取并付清余额", "Cash comes last and pays what is left."


class TendersAtWork(DomainError):
    """Several tenders are paying the order at the window."""

    code, status = "tenders_at_work", 409
    zh, en = "该支付单正在窗口分笔支付", "The order is being paid by several tenders at the window."


class RefundExceedsPaid(DomainError):
    """More than is left of what was paid."""

    code, status = "refund_exceeds_paid", 409
    members = ("left_yuan", "left_fen")
    zh, en = "退款金额超过可退金额 {left_yuan} 元", "At most {left_yuan} yuan can still be refunded."


class PublicAddressMissing(DomainError):
    """Channels would not know where to push to."""

    code, status = "public_address_missing", 409
    zh, en = (
        "尚未配置对外访问地址,支付渠道无法回调",
        "The public address is not configured: channels could not push.",
    )


class PartnerMayNot(DomainError):
    """The application was not granted the operation at that channel."""

    code, status = "partner_may_not", 403
    members = ("channel", "operation")
    zh, en = "该应用未获授权进行此操作", "The application was not granted this."


class PartnerLimit(DomainError):
    """`which`: order_limit, day_limit, card_day_limit or refund_day_limit; `limit_fen`: how much it is."""

    code, status = "partner_limit", 409
    members = ("which", "limit_fen")
    zh, en = "超过该应用的限额", "Beyond a limit of the application."


class DayNotOver(DomainError):
    code, status = "day_not_over", 409
    zh, en = "只能结账已经过去的日期", "Only a day that is over can be closed."


class DayClosed(DomainError):
    """Somebody has closed it already."""

    code, status = "day_closed", 409
    members = ("business_date",)
    zh, en = "{business_date} 已日结", "{business_date} is closed."


class DaysCloseInOrder(DomainError):
    """`business_date`: the day that is to be closed next."""

    code, status = "days_close_in_order", 409
    members = ("business_date",)
    zh, en = (
        "须按日期顺序日结,下一日为 {business_date}",
        "Days are closed in order; the next is {business_date}.",
    )


class DayStillOpen(DomainError):
    """`open_items`: what keeps it open, each with `kind`, `kind_name`, `subject_id`, `subject_name`; 200 at most."""

    code, status = "day_still_open", 409
    members = ("open_items",)
    zh, en = "当日尚有未完成事项,不能日结", "Something of that day is still open."


class NotNewestClose(DomainError):
    code, status = "not_newest_close", 409
    zh, en = "只能重新打开最近一次结账", "Only the newest close can be reopened."


class MonthClosed(DomainError):
    code, status = "month_closed", 409
    members = ("month",)
    zh, en = "{month} 已月结", "{month} is closed."


class MonthsCloseInOrder(DomainError):
    """`month`: the month that is to be closed next."""

    code, status = "months_close_in_order", 409
    members = ("month",)
    zh, en = "须按月份顺序月结,下一月为 {month}", "Months are closed in order; the next is {month}."


class MonthStillOpen(DomainError):
    """`business_date`: the first of its days that is not closed."""

    code, status = "month_still_open", 409
    members = ("business_date",)
    zh, en = "{business_date} 尚未日结,不能月结", "{business_date} is not closed yet."


class LedgerNotProven(DomainError):
    """What the days were frozen with is not what the ledger holds."""

    code, status = "ledger_not_proven", 409
    zh, en = "资金账核对不一致,不能结账", "The ledger does not prove what it should."
