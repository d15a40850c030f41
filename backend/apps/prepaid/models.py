from django.db import models
from django.db.models import F, Q

from apps.identity.models import Hospital
from kernel.models import BaseModel


class LotPart(models.TextChoices):
    """What was paid in, or given on top of it."""

    PRINCIPAL = "principal", "本金"
    BONUS = "bonus", "赠送"


class MovementKind(models.TextChoices):
    """What happened to an account."""

    TOP_UP = "top_up", "充值"
    BONUS = "bonus", "赠送"
    CONSUME = "consume", "消费"
    TRANSFER_OUT = "transfer_out", "转出"
    TRANSFER_IN = "transfer_in", "转入"
    REFUND = "refund", "退款"
    RETURN = "return", "退回"
    HOLD = "hold", "冻结"
    RELEASE = "release", "解冻"
    EXPIRE = "expire", "赠送过期"


class HoldState(models.TextChoices):
    OPEN = "open", "冻结中"
    CONSUMED = "consumed", "已消费"
    RELEASED = "released", "已解冻"


class PrepaidAccount(BaseModel):
    """预付账户. `kind` and `owner` are those of its account in the ledger: a card, a stay, a deposit …"""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    owner = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "kind", "owner"], name="prepaid_account_once"),
        ]


class PrepaidLot(BaseModel):
    """批次: money of one source. `left_fen` of it is there, `held_fen` of that is promised. Triggers write it."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="lots")
    part = models.CharField(max_length=12, choices=LotPart.choices, default=LotPart.PRINCIPAL)
    source = models.CharField(
        max_length=80, blank=True, default="", help_text="the recharge; empty: the only lot"
    )
    expires_at = models.DateTimeField(null=True)
    left_fen = models.BigIntegerField(default=0)
    held_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "source", "part"], name="prepaid_lot_once"),
            models.CheckConstraint(
                condition=Q(held_fen__gte=0, left_fen__gte=F("held_fen")), name="prepaid_lot_holds_within"
            ),
            models.CheckConstraint(
                condition=Q(part="bonus") | Q(expires_at__isnull=True), name="prepaid_principal_never_expires"
            ),
        ]
        # Nothing of it ever changes: what is left in a lot is written without a look at the index.
        indexes = [
            models.Index(
                fields=["expires_at", "id"],
                condition=Q(part="bonus", expires_at__isnull=False),
                name="prepaid_lot_expires",
            )
        ]


class PrepaidHold(BaseModel):
    """冻结: an amount that is promised to something and can be used for nothing else."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="holds")
    amount_fen = models.BigIntegerField()
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=HoldState.choices, default=HoldState.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subject_type", "subject_id"],
                condition=Q(state="open"),
                name="prepaid_hold_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="prepaid_hold_has_amount"),
        ]


class PrepaidMovement(BaseModel):
    """A line of the account's statement: `amount_fen` > 0 came in, < 0 went out, 0 for holds. `key` names it, once."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    amount_fen = models.BigIntegerField()
    key = models.CharField(max_length=120)
    transaction_id = models.UUIDField(null=True, help_text="of the ledger; null: nothing was posted")
    hold = models.ForeignKey(PrepaidHold, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="prepaid_movement_once")]
        indexes = [models.Index(fields=["account", "-id"], name="prepaid_movement_in_order")]


class PrepaidMovementPart(models.Model):
    """What a movement changed in a lot."""

    pk = models.CompositePrimaryKey("movement", "lot")
    movement = models.ForeignKey(PrepaidMovement, on_delete=models.PROTECT, related_name="parts")
    lot = models.ForeignKey(PrepaidLot, on_delete=models.PROTECT, related_name="parts")
    left_change_fen = models.BigIntegerField(default=0)
    held_change_fen = models.BigIntegerField(default=0)
