"""Double entry: accounts, transactions with their entries, and the balance of every account.

Debit is positive, credit negative, and the entries of a transaction add up to zero. PostgreSQL holds it
(migrations/0001_ledger.sql): rows are never changed or removed, all entries of a transaction come in one statement, and
balances follow by themselves.
"""

from django.db import models
from django.db.models import F, Q

from apps.identity.models import Hospital
from kernel import clock, ids
from kernel.money import MAX_FEN


class AccountKind(models.TextChoices):
    """What an account stands for; in brackets whose it is (`owner`). Prepaid ones are never below zero."""

    CLEARING = "clearing", "渠道待清算"  # (channel code) what a channel has taken for us
    UNPOSTED = "unposted_receipts", "未入账收款"  # paid, not yet posted
    REVENUE = "revenue", "收入"
    REFUNDS_PAYABLE = "refunds_payable", "应退款"  # decided, not yet back with the payer
    DIFFERENCES = "differences", "对账差异"  # what reconciliation wrote off
    PROMOTIONS = "promotions", "赠送"  # what was given on top of prepaid money
    OVER_SUSPENSE = "over_suspense", "长款待处理"  # more money than anybody can explain yet
    SHORT_RECEIVABLE = (
        "short_receivable",
        "短款应收",
    )  # (person or channel) money that somebody has to make good
    BANK = "bank", "银行存款"  # (account)
    CHANNEL_FEES = "channel_fees", "渠道手续费"  # (channel code)
    CASH_DRAWER = "cash_drawer", "钱箱现金"  # (shift)
    CASH_IN_TRANSIT = "cash_in_transit", "在途现金"  # (nobody: for the bank; `float`, `petty`: see cashier)
    BOOKING_DEPOSIT = "booking_deposit", "预约定金"  # (deposit)
    STORED_VALUE = "stored_value", "储值"  # (stored-value account)
    INPATIENT_DEPOSIT = "inpatient_deposit", "住院押金"  # (admission)
    CARD_BALANCE = "card_balance", "就诊卡余额"  # (card)


PREPAID = (
    AccountKind.BOOKING_DEPOSIT, AccountKind.STORED_VALUE, AccountKind.INPATIENT_DEPOSIT, AccountKind.CARD_BALANCE,
)  # fmt: skip
#: Their natural side is debit: a positive balance is money that is ours, or that is missing.
DEBIT_KINDS = (
    AccountKind.CLEARING, AccountKind.DIFFERENCES, AccountKind.PROMOTIONS, AccountKind.SHORT_RECEIVABLE,
    AccountKind.BANK, AccountKind.CHANNEL_FEES, AccountKind.CASH_DRAWER, AccountKind.CASH_IN_TRANSIT,
)  # fmt: skip
#: Rows that the balance of an account that everybody posts to is spread over.
STRIPES = 16


class LedgerAccount(models.Model):
    """Made with the first movement, never changed."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    owner = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "kind", "owner"], name="ledger_account_once"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="ledger_account_kind"),
            models.CheckConstraint(
                condition=~Q(kind__in=PREPAID) | ~Q(owner=""), name="ledger_prepaid_has_owner"
            ),
        ]


class LedgerTransaction(models.Model):
    """One movement of money. `key` is the caller's name for it; `kind` says what happened.

    `corrects_date`: the closed day that it belongs to by what happened, null for its own.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    # its accounts hold the hospital: a constraint here would lock the hospital's row at every payment
    hospital = models.ForeignKey(
        Hospital, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    order_id = models.UUIDField(null=True, blank=True)
    refund_id = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    posted_on = models.DateField(default=clock.today, editable=False, help_text="the day in Asia/Shanghai")
    corrects_date = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "key"], name="ledger_posted_once"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(kind=""), name="ledger_transaction_named"),
            models.CheckConstraint(
                condition=Q(corrects_date__isnull=True) | Q(corrects_date__lt=F("posted_on")),
                name="ledger_corrects_the_past",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "id"], name="ledger_newest"),
            models.Index(fields=["hospital", "kind", "id"], name="ledger_by_kind"),
            models.Index(fields=["hospital", "posted_on", "id"], name="ledger_by_day"),
            models.Index(fields=["order_id"], name="ledger_of_order", condition=Q(order_id__isnull=False)),
            models.Index(fields=["refund_id"], name="ledger_of_refund", condition=Q(refund_id__isnull=False)),
        ]


class LedgerEntry(models.Model):
    """A debit (> 0) or a credit (< 0) of one account; the order of ids is the order in the account."""

    id = models.BigAutoField(primary_key=True)
    # a trigger looks both up and neither can go away: constraints would lock an account that everybody posts to
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.DO_NOTHING, related_name="entries", db_constraint=False, db_index=False
    )  # fmt: skip
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.DO_NOTHING, related_name="entries", db_constraint=False, db_index=False
    )  # fmt: skip
    hospital = models.ForeignKey(
        Hospital, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_fen=0) & Q(amount_fen__range=(-MAX_FEN, MAX_FEN)), name="ledger_entry_amount"
            )
        ]  # fmt: skip
        indexes = [
            # with the amounts inside, sums are read from the indexes alone
            models.Index(fields=["account", "id"], name="ledger_of_account", include=["amount_fen"]),
            models.Index(fields=["transaction"], name="ledger_of_transaction", include=["amount_fen"]),
        ]


class LedgerBalance(models.Model):
    """The sum of an account's entries, kept by the database; system accounts are spread over STRIPES rows."""

    pk = models.CompositePrimaryKey("account_id", "stripe")
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.DO_NOTHING, related_name="balances", db_constraint=False, db_index=False
    )  # fmt: skip
    stripe = models.SmallIntegerField()
    is_prepaid = models.BooleanField()
    balance_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_prepaid=False) | Q(stripe=0, balance_fen__lte=0), name="ledger_prepaid_not_negative"
            ),
            models.CheckConstraint(condition=Q(stripe__gte=0, stripe__lt=STRIPES), name="ledger_stripe"),
        ]  # fmt: skip
