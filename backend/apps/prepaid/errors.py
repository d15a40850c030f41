"""What prepaid accounts refuse besides what the ledger does."""

from kernel.errors import DomainError, Expectation

NO_BONUS = Expectation("no_bonus", "该账户没有赠送金额和来源", "This account has neither bonus nor sources.")
OTHER_ACCOUNT = Expectation(
    "other_account", "须为另一个账户,金额须大于零", "It has to be another account, and an amount above zero."
)


class BalanceLimit(DomainError):
    """The account would hold more than it may."""

    code = "balance_limit"
    status = 409
    zh = "账户余额将超过上限"
    en = "The account would hold more than it may"
