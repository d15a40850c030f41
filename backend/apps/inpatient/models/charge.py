from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from apps.billing.types import BillSource, ItemCategory
from apps.identity.models import Hospital, StaffMember
from apps.inpatient.models import guards
from apps.inpatient.models.admission import Admission
from kernel.models import BaseModel
from kernel.money import MAX_FEN, FenField


class InpatientCharge(BaseModel):
    """住院费用: one line of a day's list. Written once, for ever; it is not in the operation log but is one itself.

    A reversal is a row of its own that `reverses` an original: its quantity and amount are negative, and all reversals
    of an original together never exceed it. `external_id`: the caller's key, by which a repetition is known.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="charges", db_index=False)
    day = models.DateField(help_text="in Asia/Shanghai")
    category = models.CharField(max_length=24, choices=ItemCategory.choices)
    code = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=120)
    spec = models.CharField(max_length=120, blank=True, default="", help_text="规格")
    unit = models.CharField(max_length=16, blank=True, default="")
    quantity = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        validators=[MinValueValidator(-999_999_999), MaxValueValidator(999_999_999)],
    )
    unit_price_fen = FenField()
    amount_fen = models.BigIntegerField(help_text="negative: reversed")
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="reversals", db_index=False
    )
    note = models.CharField(max_length=200, blank=True, default="", help_text="why it was reversed")
    source = models.CharField(max_length=4, choices=BillSource.choices, default=BillSource.OWN)
    external_id = models.CharField(max_length=64, blank=True, default="")
    charged_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "source", "external_id"],
                condition=~Q(external_id=""),
                name="inpatient_charge_once",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, quantity__gt=0, amount_fen__gte=0)
                | Q(reverses__isnull=False, quantity__lt=0, amount_fen__lte=0),
                name="inpatient_charge_sign",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__range=(-MAX_FEN, MAX_FEN), unit_price_fen__gte=0),
                name="inpatient_charge_amount",
            ),
        ]
        indexes = [
            # with these columns inside, totals by day and by category are read from the index alone
            models.Index(
                fields=["admission", "day", "id"],
                include=["category", "amount_fen"],
                name="inpatient_charge_of_stay",
            ),
            models.Index(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="inpatient_charge_reversals"
            ),
        ]
        triggers = [guards.append_only(), guards.reversals_within()]
