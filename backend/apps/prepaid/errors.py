"""What prepaid accounts refuse besides what the ledger does."""

from kernel.errors import DomainError


class BalanceLimit(DomainError):
    """The account would hold more than it may."""

    code = "balance_limit"
    status = 409
    zh = "账户余额将超过上限"
    en = "The account would hold more than it may"
