from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember, WeChatAccount
from apps.patients.models import Patient
from apps.scheduling.states import APPEALS, AppealState
from apps.worklist.models import Approval
from kernel.models import BaseModel, VersionedModel

MAX_LIMIT_DAYS = 90


class LimitScope(models.TextChoices):
    """Whose bookings are counted. `account`: every booking it made lately, whatever became of it."""

    PATIENT = "patient"
    PATIENT_DOCTOR = "patient_doctor"
    PATIENT_DEPARTMENT = "patient_department"
    ACCOUNT = "account"


class BookingLimit(VersionedModel):
    """挂号限制: at most `value` bookings within `days` days, counted from the day of the visit in both directions."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.CharField(max_length=20, choices=LimitScope.choices)
    days = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIMIT_DAYS)],
        help_text="1 = the same day",
    )
    value = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="how many are allowed"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hospital", "scope", "days"], name="limit_once")]
        triggers = [audited()]


class SuspensionSource(models.TextChoices):
    NO_SHOWS = "no_shows"
    STAFF = "staff"


class BookingSuspension(VersionedModel):
    """停止预约: the patient cannot book before `until`, unless it was lifted. `no_shows`: the missed appointments."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=12, choices=SuspensionSource.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    no_shows = ArrayField(models.UUIDField(), default=list, help_text="appointments that were missed")
    threshold = models.PositiveSmallIntegerField(default=0, help_text="how many missed ones it took")
    until = models.DateTimeField()
    suspended_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    lift_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("created_at")), name="suspension_has_length"),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="suspension_of_hospital"),
            models.Index(fields=["patient", "-until"], name="suspension_of_patient"),
        ]
        triggers = [audited()]


class SuspensionAppeal(BaseModel):
    """申诉 of a patient against a suspension; one open appeal at a time. `approval`: who decided on it."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    suspension = models.ForeignKey(
        BookingSuspension, on_delete=models.PROTECT, related_name="appeals", db_index=False
    )
    account = models.ForeignKey(
        WeChatAccount, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=12, choices=APPEALS.choices, default=AppealState.OPEN)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["suspension"], condition=Q(state="open"), name="appeal_once_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["suspension", "-id"], name="appeal_of_suspension"),
            models.Index(fields=["hospital", "-id"], name="appeal_of_hospital"),
            models.Index(fields=["patient", "-id"], name="appeal_of_patient"),
        ]
        triggers = [audited()]
