"""Output of both audiences. Rows come as plain dicts; these declare their shape."""

from rest_framework import serializers

from apps.identity.models.staff import VisitTier
from apps.identity.pictures import url_of
from apps.scheduling.models import (
    AppointmentKind,
    AppointmentSource,
    BookingSuspension,
    CancelCode,
    PaymentStatus,
    Period,
)
from apps.scheduling.selectors.offers import Offer
from apps.scheduling.services.book import Booked
from apps.scheduling.states import APPOINTMENTS
from kernel import clock
from kernel.http.serializers import ModelSerializer, Serializer, Shape


class AppointmentSerializer(Shape):
    """挂号记录. `check_in_until`: pick-up deadline; `hold_expires_at`: until then an unpaid hold stands."""

    id = serializers.UUIDField()
    appointment_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=AppointmentKind.choices)
    state = serializers.ChoiceField(choices=APPOINTMENTS.choices)
    source = serializers.ChoiceField(choices=AppointmentSource.choices)  # type: ignore[assignment]
    number = serializers.IntegerField()
    fee_fen = serializers.IntegerField()
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    check_in_until = serializers.DateTimeField()
    hold_expires_at = serializers.DateTimeField(allow_null=True)
    checked_in_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_code = serializers.ChoiceField(choices=CancelCode.choices, allow_blank=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    location = serializers.CharField(allow_blank=True)
    map_picture_url = serializers.CharField(
        allow_blank=True, help_text="of the place, on this host; empty: none"
    )
    practitioner_id = serializers.UUIDField()
    practitioner_name = serializers.CharField()
    practitioner_title = serializers.CharField(allow_blank=True)
    practitioner_portrait_url = serializers.CharField(allow_blank=True, help_text="on this host; empty: none")
    tier = serializers.ChoiceField(choices=VisitTier.choices)
    period = serializers.ChoiceField(choices=Period.choices)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    session_id = serializers.UUIDField()
    slot_id = serializers.UUIDField()
    encounter_id = serializers.UUIDField(allow_null=True, help_text="the visit, from check-in on")


class ChangeSerializer(Serializer):
    """改期 of an appointment; `by_staff` names who did it, null = the patient."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    from_starts_at = serializers.DateTimeField()
    to_starts_at = serializers.DateTimeField()
    from_practitioner_name = serializers.CharField()
    to_practitioner_name = serializers.CharField()
    from_number = serializers.IntegerField()
    to_number = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    by_staff = serializers.CharField(allow_null=True)


class SuspensionSerializer(ModelSerializer):
    """停止预约: no booking before `until`, unless it was lifted; `is_over` by then."""

    missed = serializers.SerializerMethodField(help_text="missed appointments that led to it")
    is_over = serializers.SerializerMethodField()
    has_open_appeal = serializers.BooleanField(read_only=True)

    class Meta:
        model = BookingSuspension
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "source", "reason", "missed", "until",
            "created_at", "lifted_at", "lift_reason", "has_open_appeal", "is_over",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_over(self, suspension: BookingSuspension) -> bool:
        return suspension.lifted_at is not None or suspension.until <= clock.now()

    def get_missed(self, suspension: BookingSuspension) -> int:
        return len(suspension.no_shows)


_FROM_VALUES = (
    "id", "appointment_no", "kind", "state", "source", "fee_fen", "payment_status", "visit_date", "starts_at",
    "ends_at", "check_in_until", "hold_expires_at", "cancel_reason", "created_at", "hospital_id", "department_id",
    "practitioner_id", "patient_id", "session_id", "slot_id",
)  # fmt: skip
_FROM_OFFER = (
    "hospital_name", "department_name", "location", "practitioner_name", "practitioner_title", "tier", "period",
    "patient_name",
)  # fmt: skip


def new_appointment(booked: Booked) -> dict[str, object]:
    """The representation of what was just booked, without reading it again."""
    offer: Offer = booked.offer
    return {
        **{name: booked.values[name] for name in _FROM_VALUES},
        **{name: getattr(offer, name) for name in _FROM_OFFER},
        "number": booked.number,
        "map_picture_url": url_of(offer.map_picture_id),
        "practitioner_portrait_url": url_of(offer.portrait_id),
        "checked_in_at": None,
        "encounter_id": None,
        "cancelled_at": None,
        "cancel_code": "",
    }
