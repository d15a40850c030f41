from typing import Any

from rest_framework import serializers

from apps.identity.models.staff import VisitTier
from apps.scheduling.models import AppointmentKind, CancelCode, Period
from kernel.errors import InvalidValue
from kernel.expectations import DOCTOR_OR_DEPARTMENT
from kernel.http.serializers import Serializer


class BookableDepartmentSerializer(Serializer):
    """科室. `is_bookable`: a session is open within the days that can be booked."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    introduction = serializers.CharField(allow_blank=True)
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    location = serializers.CharField(allow_blank=True)
    map_picture_url = serializers.CharField(
        allow_blank=True, help_text="of the place, on this host; empty: none"
    )
    is_bookable = serializers.BooleanField()


class OpenSessionSerializer(Serializer):
    """出诊 with the numbers left; `opens_at`: not to be booked before (放号时间), null = open."""

    id = serializers.UUIDField()
    period = serializers.ChoiceField(choices=Period.choices)
    tier = serializers.ChoiceField(choices=VisitTier.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    fee_fen = serializers.IntegerField()
    remaining = serializers.IntegerField()
    opens_at = serializers.DateTimeField(allow_null=True)


class BookableDoctorSerializer(Serializer):
    """医生 of a department on a day."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    speciality = serializers.CharField(allow_blank=True)
    portrait_url = serializers.CharField(allow_blank=True, help_text="on this host; empty: none")
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    remaining = serializers.IntegerField()
    sessions = OpenSessionSerializer(many=True)


class SessionOfDaySerializer(OpenSessionSerializer):
    """A session with its department and doctor."""

    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    practitioner_id = serializers.UUIDField()
    practitioner_name = serializers.CharField()
    practitioner_portrait_url = serializers.CharField(allow_blank=True, help_text="on this host; empty: none")


class BookableDaySerializer(Serializer):
    """A day on which a doctor, or any of a department, can be booked."""

    date = serializers.DateField()
    remaining = serializers.IntegerField()
    sessions = SessionOfDaySerializer(many=True)


class BookableSlotSerializer(Serializer):
    """号源 with the numbers left (余号)."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    remaining = serializers.IntegerField()
    suggested = serializers.BooleanField(help_text="clearly less taken than the session on average")


class DoctorsQuerySerializer(Serializer):
    department_id = serializers.UUIDField()
    date = serializers.DateField()


class DepartmentsQuerySerializer(Serializer):
    hospital_id = serializers.UUIDField(required=False)


class DaysQuerySerializer(Serializer):
    practitioner_id = serializers.UUIDField(
        required=False, help_text="without it all doctors of the department"
    )
    department_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise InvalidValue(field="department_id", expected=DOCTOR_OR_DEPARTMENT)
        return attrs


class SlotsQuerySerializer(Serializer):
    session_id = serializers.UUIDField()


class GiveBackSerializer(Serializer):
    """Why the patient gives the number back."""

    code = serializers.ChoiceField(choices=CancelCode.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class RescheduleSerializer(Serializer):
    """The slot to move to."""

    slot_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class BookSerializer(Serializer):
    """`binding_id` is for whom; without it the default card at the slot's hospital."""

    slot_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AppointmentKind.choices)
    binding_id = serializers.UUIDField(required=False, allow_null=True)
