from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Department, StaffMember
from apps.patients.models import Patient
from apps.scheduling import errors
from apps.scheduling.api.serializers import AppointmentSerializer, new_appointment
from apps.scheduling.api.waitlist import WaitlistEntrySerializer, WaitlistFilter
from apps.scheduling.models import Appointment, AppointmentSource, Period, WaitlistEntry
from apps.scheduling.selectors import appointments, waitlist as reads
from apps.scheduling.services import waitlist
from kernel.errors import InvalidValue, StaleVersion, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer


class AddToWaitlistSerializer(Serializer):
    """Who wants a number of which department (and doctor), on which days."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.filter(is_active=True))
    department_id = ScopedRelatedField(
        source="department", queryset=Department.objects.select_related("hospital")
    )
    practitioner_id = ScopedRelatedField(
        source="practitioner", queryset=StaffMember.objects.all(), required=False, allow_null=True
    )
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    period = serializers.ChoiceField(choices=Period.choices, allow_blank=True, default="")
    priority = serializers.IntegerField(min_value=0, max_value=100, default=0)


class PrioritySerializer(Serializer):
    priority = serializers.IntegerField(min_value=0, max_value=100)
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


@extend_schema(tags=["waitlist"])
class WaitlistEntryViewSet(ScopedViewSet):
    """候补: who waits for a number, in which order, and what was offered."""

    model = WaitlistEntry
    resource = "scheduling.waitlist"
    codes: ClassVar[dict[str, str]] = {"leave": "leave", "accept": "accept"}
    serializer_class = WaitlistEntrySerializer
    filterset_class = WaitlistFilter
    ordering_fields = ["first_date", "priority"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return WaitlistEntry.objects.select_related("department__hospital")

    def list(self, request: Any) -> Response:
        """候补名单 within reach."""
        page = self.paginate_queryset(reads.rows_of(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(reads.shown(list(page or ())))

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One entry with its latest offer."""
        return Response(self.as_now(self.get_object().pk))

    @command(
        body=AddToWaitlistSerializer, answer=WaitlistEntrySerializer, status=201,
        raises=(InvalidValue, errors.AlreadyWaiting, errors.TooManyEntries, errors.BookingSuspended),
    )  # fmt: skip
    def create(self, **values: Any) -> WaitlistEntry:
        """Put a patient on the list; a number that is free already is offered at once."""
        return waitlist.join(staff_id=self.actor.staff_id, **values)

    @command(body=PrioritySerializer, answer=WaitlistEntrySerializer, raises=(InvalidValue, StaleVersion))
    def partial_update(self, entry: WaitlistEntry, **values: Any) -> WaitlistEntry:
        """Move an entry on the waiting list, where the hospital uses priorities."""
        return waitlist.set_priority(entry, **values)

    @command(answer=WaitlistEntrySerializer, raises=(StateConflict, errors.OfferLapsed))
    def leave(self, entry: WaitlistEntry) -> WaitlistEntry:
        """Take the patient off the list; a number on offer goes to the next."""
        return waitlist.leave(entry)

    @command(
        answer=AppointmentSerializer, status=201, idempotent=True, atomic=False,
        raises=(errors.OfferLapsed, errors.NoOffer, *errors.BOOKING),
    )  # fmt: skip
    def accept(self, entry: WaitlistEntry) -> dict[str, Any]:
        """Book the offered number for the patient, who has said so by phone."""
        booked = waitlist.accept(entry, source=AppointmentSource.PHONE, staff_id=self.actor.staff_id)
        return new_appointment(booked)

    def replay(self, made: UUID) -> dict[str, Any]:
        """The appointment as it is now."""
        return appointments.one(Appointment.objects.filter(booked_by_id=self.actor.staff_id), made)

    def as_now(self, pk: UUID) -> dict[str, Any]:
        return reads.one(WaitlistEntry.objects.all(), pk)
