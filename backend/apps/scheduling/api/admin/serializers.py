from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Department, Location, StaffMember
from apps.patients.models import Patient
from apps.scheduling.models import (
    AppointmentKind,
    AppointmentSource,
    CancelCode,
    ClinicSession,
    ScheduleTemplate,
    SessionSubstitution,
    Slot,
)
from kernel import clock
from kernel.errors import REQUIRED, InvalidValue
from kernel.http.fields import EndTimeField
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

#: Rooms are hospital-wide: whoever may look at them may plan with them.
ROOMS = "identity.location.list"
NEXT_DAY = (
    "an end that is not after the start, or 24:00, is of the next day; the day of visit stays the first"
)


class QuotasSerializer(VersionedModelSerializer):
    """渠道配额: `channel_quotas` maps sources to numbers kept for them until they are released."""

    channel_quotas = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2_000), required=False
    )


class ScheduleTemplateSerializer(QuotasSerializer):
    """排班: a doctor's weekly session. Fees are in fen."""

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    practitioner_id = ScopedRelatedField(source="practitioner", queryset=StaffMember.objects.all())
    room_id = ScopedRelatedField(
        source="room", queryset=Location.objects.all(), code=ROOMS, required=False, allow_null=True
    )
    end_time = EndTimeField(help_text=NEXT_DAY)

    class Meta:
        model = ScheduleTemplate
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "practitioner_id",
            "practitioner_name", "weekday", "period", "start_time", "end_time", "slot_minutes", "capacity_per_slot",
            "fee_fen", "tier", "valid_from", "valid_until", "is_active", "runs_on_holidays", "room_id", "room_name",
            "channel_quotas", "quota_per", "release_minutes", "release_at", "version",
        ]  # fmt: skip
        read_only_fields = ["hospital_id"]
        validators: list[Any] = []


class ClinicSessionSerializer(QuotasSerializer):
    """出诊. Date, times, department and doctor are set when it is made; the rest may change while it is a draft."""

    fixed = frozenset({"department", "practitioner", "date", "period", "start_time", "end_time"})

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    practitioner_id = ScopedRelatedField(source="practitioner", queryset=StaffMember.objects.all())
    substituted_for_name = serializers.CharField(
        source="substituted_for.name", read_only=True, allow_null=True, default=None
    )
    room_id = ScopedRelatedField(
        source="room", queryset=Location.objects.all(), code=ROOMS, required=False, allow_null=True
    )
    start_time = serializers.TimeField(write_only=True)
    end_time = EndTimeField(write_only=True, help_text=NEXT_DAY)
    capacity = serializers.IntegerField(
        read_only=True, help_text="numbers of all slots; of a draft, as planned"
    )
    remaining = serializers.IntegerField(read_only=True, default=0)
    is_today = serializers.SerializerMethodField()

    class Meta:
        model = ClinicSession
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "practitioner_id",
            "practitioner_name", "substituted_for_id", "substituted_for_name", "room_id", "room_name", "template_id",
            "date", "period", "start_time", "end_time", "starts_at", "ends_at", "slot_minutes", "capacity_per_slot",
            "tier", "registration_fee_fen", "state", "stop_reason", "channel_quotas", "quota_per", "release_minutes",
            "release_at", "capacity", "remaining", "is_today", "version",
        ]  # fmt: skip
        read_only_fields = [
            "hospital_id",
            "substituted_for_id",
            "template_id",
            "starts_at",
            "ends_at",
            "state",
            "stop_reason",
        ]
        validators: list[Any] = []

    def get_is_today(self, session: ClinicSession) -> bool:
        return session.date == clock.service_day()


class SkippedSerializer(Serializer):
    """A session of a template that was not made."""

    template_id = serializers.UUIDField()
    date = serializers.DateField()
    practitioner_id = serializers.UUIDField()
    practitioner_name = serializers.CharField()


class InTheWaySerializer(Serializer):
    """A session in the way: of the same doctor or in the same room."""

    id = serializers.UUIDField(allow_null=True)
    because = serializers.ChoiceField(choices=["practitioner", "room"])
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    practitioner_name = serializers.CharField()
    department_name = serializers.CharField()
    room_name = serializers.CharField(allow_blank=True)


class ConflictSerializer(SkippedSerializer):
    """A session that was not made because others are in the way."""

    conflicts = InTheWaySerializer(many=True)


class MakeUpDaySerializer(Serializer):
    """调休: a day that ran by another weekday's templates."""

    date = serializers.DateField()
    follows_weekday = serializers.IntegerField()


class GenerateSerializer(Serializer):
    """Templates (none = all within reach) and the days to make sessions for."""

    template_ids = serializers.ListField(
        child=ScopedRelatedField(queryset=ScheduleTemplate.objects.all()), required=False, max_length=500
    )
    first_date = serializers.DateField()
    last_date = serializers.DateField()


class GeneratedSerializer(Serializer):
    """The new draft sessions (the first LISTED ids), and what is not there and why.

    `unknown_days` went by their weekday: nobody has entered the calendar of that year.
    """

    created = serializers.IntegerField()
    session_ids = serializers.ListField(child=serializers.UUIDField())
    holidays = serializers.ListField(child=serializers.DateField())
    makeup_days = MakeUpDaySerializer(many=True)
    unknown_days = serializers.ListField(child=serializers.DateField())
    on_leave_count = serializers.IntegerField()
    on_leave = SkippedSerializer(many=True)
    conflict_count = serializers.IntegerField()
    conflicts = ConflictSerializer(many=True)


class StopSerializer(Serializer):
    """`move_to_id`: a session of the department whose free numbers the patients get; without it they are cancelled."""

    reason = serializers.CharField(max_length=200)
    move_to_id = ScopedRelatedField(
        source="move_to", queryset=ClinicSession.objects.all(), required=False, allow_null=True
    )


class SubstituteSerializer(Serializer):
    """The doctor who takes over, and why."""

    practitioner_id = ScopedRelatedField(source="practitioner", queryset=StaffMember.objects.all())
    reason = serializers.CharField(max_length=200)


class ChangedSessionSerializer(ClinicSessionSerializer):
    """The session, and what became of its live appointments. `in_service`: finished by the doctor who sees them now."""

    moved = serializers.IntegerField(read_only=True)
    cancelled = serializers.IntegerField(read_only=True)
    refund_due = serializers.IntegerField(read_only=True)
    in_service = serializers.IntegerField(read_only=True)

    class Meta(ClinicSessionSerializer.Meta):
        fields = [*ClinicSessionSerializer.Meta.fields, "moved", "cancelled", "refund_due", "in_service"]


class SubstitutionSerializer(ModelSerializer):
    """替诊: who stood in for whom."""

    substituted_by_name = serializers.CharField(
        source="substituted_by.name", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = SessionSubstitution
        fields = [
            "id", "from_practitioner_id", "from_practitioner_name", "to_practitioner_id", "to_practitioner_name",
            "reason", "substituted_by_id", "substituted_by_name", "moved", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class SlotSerializer(Serializer):
    """号源 with the numbers left (余号); `kept`: source → how many of these only it can have now."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    remaining = serializers.IntegerField()
    kept = serializers.DictField(child=serializers.IntegerField())


class BookOnBehalfSerializer(Serializer):
    """`paid_at_counter`: the registration fee was taken in cash with this request."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.filter(is_active=True))
    slot_id = ScopedRelatedField(source="slot", queryset=Slot.objects.all())
    kind = serializers.ChoiceField(choices=AppointmentKind.choices)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[
            AppointmentSource.WINDOW.value,
            AppointmentSource.PHONE.value,
            AppointmentSource.WEB.value,
            AppointmentSource.FOLLOW_UP.value,
        ],
        default=AppointmentSource.WINDOW.value,
    )
    paid_at_counter = serializers.BooleanField(default=False)
    override_reason = serializers.CharField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="books past limits and suspensions; needs a right of its own",
    )


class RescheduleSerializer(Serializer):
    """The slot to move to, and why."""

    slot_id = ScopedRelatedField(source="slot", queryset=Slot.objects.all())
    reason = serializers.CharField(max_length=200)


class CheckInSerializer(Serializer):
    """`priority`: code of a priority group, with a reason; without it the patient's age decides."""

    priority = serializers.CharField(max_length=32, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["priority"] and not attrs["reason"]:
            raise InvalidValue(field="reason", expected=REQUIRED)
        return attrs


class CancelSerializer(Serializer):
    """Why it is cancelled: a code, words, or both."""

    code = serializers.ChoiceField(choices=CancelCode.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["code"] and not attrs["reason"]:
            raise InvalidValue(field="reason", expected=REQUIRED)
        return attrs
