from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.encounters.models import Encounter
from apps.identity.models import Department, Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from apps.scheduling.models.schedule import ClinicSession, Slot, SlotNumber
from apps.scheduling.states import APPOINTMENTS, OCCUPYING
from kernel.models import VersionedModel
from kernel.money import FenField


class AppointmentKind(models.TextChoices):
    """预约挂号 and 今日挂号."""

    ADVANCE = "advance"
    SAME_DAY = "same_day"


class AppointmentSource(models.TextChoices):
    MINIPROGRAM = "miniprogram"
    WINDOW = "window"
    PHONE = "phone"
    WEB = "web"
    PARTNER = "partner"
    FOLLOW_UP = "follow_up"


class PaymentStatus(models.TextChoices):
    """What is known here about the registration fee. `refund_due`: cancelled after payment, the money is to go back."""

    UNPAID = "unpaid"
    NOT_REQUIRED = "not_required"
    PAID_AT_COUNTER = "paid_at_counter"
    PAID_ONLINE = "paid_online"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class CancelCode(models.TextChoices):
    """Why an appointment was cancelled."""

    PATIENT_PLANS = "patient_plans"
    PATIENT_RECOVERED = "patient_recovered"
    WRONG_BOOKING = "wrong_booking"
    DOCTOR_AWAY = "doctor_away"
    SESSION_STOPPED = "session_stopped"
    OTHER = "other"


class Appointment(VersionedModel):
    """挂号: one patient, one number. `check_in_until` is the pick-up deadline (rules.md 6)."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(
        ClinicSession, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    slot_number = models.ForeignKey(SlotNumber, on_delete=models.PROTECT, related_name="+", db_index=False)
    encounter = models.OneToOneField(
        Encounter,
        on_delete=models.PROTECT,
        null=True,
        related_name="appointment",
        help_text="from check-in on",
    )
    number = models.PositiveIntegerField()
    appointment_no = models.CharField(max_length=32, help_text="挂号单号")
    kind = models.CharField(max_length=12, choices=AppointmentKind.choices)
    state = models.CharField(max_length=12, choices=APPOINTMENTS.choices)
    source = models.CharField(max_length=12, choices=AppointmentSource.choices)
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    booked_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    fee_fen = FenField()
    payer_type = models.CharField(max_length=24, choices=PayerType.choices, default=PayerType.SELF_PAY)
    payment_status = models.CharField(max_length=16, choices=PaymentStatus.choices)
    visit_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    check_in_until = models.DateTimeField()
    hold_expires_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")
    cancel_code = models.CharField(
        max_length=24, choices=CancelCode.choices, blank=True, default="", db_default=""
    )
    override_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="why it was booked past a limit"
    )
    excuse_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="why a missed visit does not count"
    )
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "appointment_no"], name="appointment_no_once"),
            models.UniqueConstraint(
                fields=["patient", "practitioner", "session"],
                condition=Q(state__in=OCCUPYING),
                name="appointment_once_per_session",
            ),
            models.UniqueConstraint(
                fields=["slot_number"], condition=Q(state__in=OCCUPYING), name="appointment_owns_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(hold_expires_at__isnull=False), name="pending_hold_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="appointment_of_hospital"),
            models.Index(fields=["department", "-id"], name="appointment_of_department"),
            models.Index(fields=["practitioner", "-id"], name="appointment_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="appointment_of_patient"),
            models.Index(
                fields=["account", "created_at"],
                condition=Q(account__isnull=False),
                name="appointment_of_account",
            ),
            models.Index(fields=["session", "number"], name="appointment_of_session"),
            models.Index(
                fields=["hold_expires_at"], condition=Q(state="pending"), name="appointment_hold_due"
            ),
            models.Index(
                fields=["check_in_until"], condition=Q(state="booked"), name="appointment_pick_up_due"
            ),
            models.Index(
                fields=["visit_date"],
                condition=Q(state="booked", reminded_at=None),
                name="appointment_reminder_due",
            ),
        ]
        triggers = [audited(exclude=("reminded_at",))]
