from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.billing.models import guards
from apps.billing.states import BILLS, STANDING, BillStatus
from apps.encounters.models import Encounter
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField


class BillKind(models.TextChoices):
    """挂号, 检查, 检验, 处方, 治疗; and what is paid in advance: 住院押金, 就诊卡充值."""

    REGISTRATION = "registration"
    EXAMINATION = "examination"
    TEST = "test"
    PRESCRIPTION = "prescription"
    TREATMENT = "treatment"
    INPATIENT_DEPOSIT = "inpatient_deposit"
    CARD_TOP_UP = "card_top_up"


class BillSource(models.TextChoices):
    OWN = "own"
    HIS = "his"


class CancelCause(models.TextChoices):
    """Why a bill was cancelled. `reissued`: another bill `replaces` it."""

    STAFF = "staff"
    REISSUED = "reissued"
    EXPIRED = "expired"
    APPOINTMENT = "appointment"
    HIS = "his"


class ItemCategory(models.TextChoices):
    """费用类别 of the medical fee receipt."""

    REGISTRATION = "registration"
    CONSULTATION = "consultation"
    EXAMINATION = "examination"
    TEST = "test"
    WESTERN_MEDICINE = "western_medicine"
    CHINESE_PATENT_MEDICINE = "chinese_patent_medicine"
    CHINESE_HERBAL_MEDICINE = "chinese_herbal_medicine"
    TREATMENT = "treatment"
    SURGERY = "surgery"
    NURSING = "nursing"
    MATERIAL = "material"
    BED = "bed"
    DEPOSIT = "deposit"
    OTHER = "other"


class Bill(VersionedModel):
    """待缴费/账单. What it says never changes: a change is another bill that `replaces` it.

    `registration_bill`: the registration that an outpatient bill belongs to. `subject_type`/`subject_id` name what an
    own bill is for ("scheduling.appointment"), which has one standing bill. From `expires_at` on nobody begins to pay
    it; a payment begun before may still arrive. `order_id`, `channel`, `application`: how it was paid; no order = at
    HIS's own window.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, null=True, related_name="+", help_text="at which it was issued"
    )
    bill_no = models.CharField(max_length=32, help_text="账单号")
    kind = models.CharField(max_length=20, choices=BillKind.choices)
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=BILLS.choices, default=BillStatus.ISSUED.value)
    is_mandatory = models.BooleanField(default=False)
    registration_bill = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    payer_type = models.CharField(max_length=24, choices=PayerType.choices, default=PayerType.SELF_PAY)
    source = models.CharField(max_length=4, choices=BillSource.choices, default=BillSource.OWN)
    external_id = models.CharField(max_length=64, blank=True, default="", help_text="HIS's key of the bill")
    subject_type = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.UUIDField(null=True)
    amount_fen = FenField()
    refunded_fen = FenField(default=0)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    order_id = models.UUIDField(null=True, help_text="the payment order that paid it")
    channel = models.CharField(max_length=24, blank=True, default="")
    application = models.CharField(max_length=100, blank=True, default="")
    voucher_no = models.CharField(
        max_length=32, blank=True, default="", help_text="shown at pharmacy and examination once paid"
    )
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    cancel_cause = models.CharField(max_length=12, choices=CancelCause.choices, blank=True, default="")
    cancel_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "bill_no"], name="bill_no_once"),
            models.UniqueConstraint(
                fields=["hospital", "external_id"],
                condition=~Q(external_id="") & ~Q(status="cancelled"),
                name="bill_external_once",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(subject_id__isnull=False, status__in=STANDING),
                name="bill_subject_once",
            ),
            models.UniqueConstraint(
                fields=["hospital", "voucher_no"], condition=~Q(voucher_no=""), name="bill_voucher_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bill_has_amount"),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")),
                name="bill_refunds_within",
            ),
            models.CheckConstraint(
                condition=~Q(status="refunded") | Q(refunded_fen=F("amount_fen")), name="bill_refunded_whole"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=("issued", "cancelled", "lapsed"), paid_at__isnull=True, refunded_fen=0
                )
                | Q(status__in=("paid", "refunded"), paid_at__isnull=False),
                name="bill_paid_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="bill_newest"),
            models.Index(fields=["hospital", "-issued_at", "-id"], name="bill_of_hospital"),
            models.Index(fields=["department", "-issued_at", "-id"], name="bill_of_department"),
            models.Index(fields=["practitioner", "-issued_at", "-id"], name="bill_of_practitioner"),
            models.Index(fields=["patient", "-issued_at", "-id"], name="bill_of_patient"),
            models.Index(fields=["patient"], condition=Q(status="issued"), name="bill_payable"),
            models.Index(fields=["hospital", "status", "-issued_at", "-id"], name="bill_by_status"),
            models.Index(fields=["department", "status", "-issued_at", "-id"], name="bill_by_status_there"),
            models.Index(fields=["hospital", "kind", "-issued_at", "-id"], name="bill_by_kind"),
            models.Index(
                fields=["hospital", "-paid_at", "-id"],
                condition=Q(paid_at__isnull=False),
                name="bill_by_payment",
            ),
            models.Index(
                fields=["registration_bill"],
                condition=Q(registration_bill__isnull=False),
                name="bill_of_registration",
            ),
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="bill_replaced"),
            models.Index(
                fields=["subject_type", "subject_id"],
                condition=Q(subject_id__isnull=False),
                name="bill_of_subject",
            ),
            models.Index(fields=["bill_no"], name="bill_by_no"),
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="bill_of_order"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status="issued", expires_at__isnull=False),
                name="bill_expiry_due",
            ),
            models.Index(fields=["expires_at"], condition=Q(status="lapsed"), name="bill_lapsed_due"),
        ]
        triggers = [
            audited(),
            guards.fixed("hospital", "bill_no", "kind", "source", "external_id", "amount_fen"),
            guards.kept(),
            guards.has_items(),
        ]


class ChargeItem(BaseModel):
    """费用明细. `amount_fen` is quantity × price rounded half up, or what HIS says. `performed_at`: 已执行/已发药."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=24, choices=ItemCategory.choices)
    code = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=120)
    spec = models.CharField(max_length=120, blank=True, default="", help_text="规格")
    unit = models.CharField(max_length=16, blank=True, default="")
    quantity = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        validators=[MinValueValidator(0), MaxValueValidator(999_999_999)],
    )
    unit_price_fen = FenField()
    amount_fen = FenField()
    performed_at = models.DateTimeField(null=True)
    performed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="charge_item_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="charge_item_has_quantity"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, unit_price_fen__gte=0), name="charge_item_not_negative"
            ),
        ]
        triggers = [
            audited(),
            guards.fixed(
                "hospital", "bill", "position", "category", "code", "name", "spec", "unit", "quantity",
                "unit_price_fen", "amount_fen",
            ),
            guards.kept(),
            guards.sum_is_amount(),
        ]  # fmt: skip
