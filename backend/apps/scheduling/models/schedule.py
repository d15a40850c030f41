import math

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.dates import WEEKDAYS

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, Location, StaffMember
from apps.identity.models.staff import VisitTier
from apps.scheduling.states import SESSIONS, NumberState, SessionState
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField
from kernel.states import choices_of

MAX_SLOT_CAPACITY = 500


class QuotaPer(models.TextChoices):
    SLOT = "slot"
    SESSION = "session"


class Period(models.TextChoices):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Quotas(models.Model):
    """渠道配额: numbers kept for a source until they are released to all; the rest is anybody's."""

    channel_quotas = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        blank=True,
        help_text="source → numbers kept for it",
    )
    quota_per = models.CharField(
        max_length=8, choices=QuotaPer.choices, default=QuotaPer.SLOT, db_default=QuotaPer.SLOT
    )
    release_minutes = models.PositiveIntegerField(
        validators=[MaxValueValidator(10_080)], null=True, blank=True,
        help_text="minutes before the session's start when unused quota is anybody's",
    )  # fmt: skip
    release_at = models.TimeField(
        null=True, blank=True, help_text="or that time of the day before; neither: never"
    )

    class Meta:
        abstract = True


class ScheduleTemplate(Quotas, VersionedModel):
    """排班: a doctor's weekly session, from which dated sessions are generated. Times are wall-clock times.

    An end that is not after the start is of the next day.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    room = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)], help_text="0 = Monday")
    period = models.CharField(max_length=12, choices=Period.choices)
    start_time = models.TimeField()
    end_time = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(720)], help_text="length of a slot; 0 = one slot for the whole session"
    )
    capacity_per_slot = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SLOT_CAPACITY)]
    )
    fee_fen = FenField(help_text="registration fee")
    tier = models.CharField(max_length=8, choices=VisitTier.choices, default=VisitTier.NORMAL)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    runs_on_holidays = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "weekday", "start_time", "valid_from"], name="template_once"
            ),
            models.CheckConstraint(condition=~Q(end_time=F("start_time")), name="template_times"),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="template_of_hospital"),
            models.Index(fields=["department", "-id"], name="template_of_department"),
            models.Index(fields=["practitioner", "-id"], name="template_of_practitioner"),
        ]
        triggers = [audited()]

    @property
    def weekday_name(self) -> str:
        """The weekday in the language of the request."""
        return str(WEEKDAYS[self.weekday])


class ClinicSession(Quotas, VersionedModel):
    """出诊: a doctor sees patients from `starts_at` to `ends_at`. Without a room the place is the department's.

    `date` is the day on which it starts, and the day of visit of everybody in it, beyond midnight too.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    substituted_for = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="whose session it was before anybody stood in (替诊)",
    )  # fmt: skip
    substitution_count = models.SmallIntegerField(default=0, db_default=0)
    room = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    template = models.ForeignKey(
        ScheduleTemplate, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    date = models.DateField()
    period = models.CharField(max_length=12, choices=Period.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_minutes = models.PositiveSmallIntegerField(default=0)
    capacity_per_slot = models.PositiveSmallIntegerField(default=1)
    tier = models.CharField(max_length=8, choices=VisitTier.choices, default=VisitTier.NORMAL)
    registration_fee_fen = FenField()
    state = models.CharField(max_length=12, choices=SESSIONS.choices, default=SessionState.DRAFT)
    stop_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            # Partial: else a substitution, which changes the doctor, would lock out the bookings' foreign keys.
            models.UniqueConstraint(
                fields=["practitioner", "starts_at"], condition=~Q(state="stopped"), name="session_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_times"),
        ]
        indexes = [
            models.Index(fields=["department", "date"], name="session_of_day"),
            models.Index(fields=["hospital", "-id"], name="session_of_hospital"),
            models.Index(
                fields=["hospital", "date", "starts_at", "id"],
                condition=Q(state=SessionState.PUBLISHED.value),
                name="session_to_come",
            ),
            models.Index(
                fields=["department", "date"], condition=Q(state="published"), name="department_to_come"
            ),
            models.Index(fields=["department", "-id"], name="session_of_department"),
            models.Index(fields=["practitioner", "-id"], name="session_of_practitioner"),
            models.Index(
                fields=["room", "starts_at"], condition=Q(room__isnull=False), name="session_of_room"
            ),
        ]
        triggers = [audited()]

    @property
    def capacity(self) -> int:
        """Numbers of all its slots, of a draft those that publishing will make."""
        minutes = int((self.ends_at - self.starts_at).total_seconds() // 60)
        return self.capacity_per_slot * math.ceil(minutes / (self.slot_minutes or minutes))


class SessionSubstitution(BaseModel):
    """替诊: who stood in for whom in a session, and why. A session can change hands several times."""

    session = models.ForeignKey(ClinicSession, on_delete=models.CASCADE, related_name="substitutions")
    from_practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    to_practitioner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    substituted_by = models.ForeignKey(StaffMember, on_delete=models.SET_NULL, null=True, related_name="+")
    moved = models.PositiveIntegerField(help_text="appointments that went to the substitute")


class Slot(BaseModel):
    """号源: a stretch of a session with `capacity` numbers."""

    session = models.ForeignKey(ClinicSession, on_delete=models.CASCADE, related_name="slots", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "starts_at"], name="slot_once")]


class SlotNumber(BaseModel):
    """One number of a slot: the scarce thing. There is no counter that could disagree."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(
        ClinicSession, on_delete=models.CASCADE, related_name="numbers", db_index=False
    )
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="numbers", db_index=False)
    number = models.PositiveIntegerField(help_text="counted from 1 within the session")
    channel = models.CharField(
        max_length=16, blank=True, default="", help_text="reserved for a source; empty = any"
    )
    reserved_until = models.DateTimeField(null=True, help_text="then it is anybody's; null = never")
    state = models.CharField(max_length=8, choices=choices_of(NumberState), default=NumberState.FREE)
    held_until = models.DateTimeField(null=True)
    substitution_count = models.SmallIntegerField(
        default=0,
        db_default=0,
        help_text="the session's; a booking that read the session before finds no number",
    )
    appointment_id = models.UUIDField(
        null=True, help_text="who has it; no foreign key, the appointment refers back"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "taken"], appointment_id__isnull=False)
                | Q(state__in=["free", "stopped", "offered"], appointment_id__isnull=True),
                name="number_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "offered"], held_until__isnull=False)
                | Q(state__in=["free", "taken", "stopped"], held_until__isnull=True),
                name="number_hold_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["slot", "number"], name="number_of_slot"),
            models.Index(
                fields=["slot", "number"],
                condition=Q(state__in=["free", "held", "offered"]),
                name="number_open",
            ),
        ]
