from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.identity.models import Department, StaffMember
from apps.patients.errors import CardRequired
from apps.patients.selectors import require_binding
from apps.scheduling import errors
from apps.scheduling.api.serializers import AppointmentSerializer, new_appointment
from apps.scheduling.api.waitlist import OwnWaitlistFilter, WaitlistEntrySerializer
from apps.scheduling.models import Appointment, AppointmentSource, Period, WaitlistEntry
from apps.scheduling.selectors import appointments, waitlist as reads
from apps.scheduling.services import waitlist
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer


class JoinSerializer(Serializer):
    """What is wanted; `binding_id` is for whom, without it the default card."""

    department_id = serializers.UUIDField(source="department")
    practitioner_id = serializers.UUIDField(source="practitioner", required=False, allow_null=True)
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    period = serializers.ChoiceField(choices=Period.choices, allow_blank=True, default="")
    binding_id = serializers.UUIDField(required=False, allow_null=True)


@extend_schema(tags=["waitlist"])
class WaitlistEntryViewSet(OwnViewSet):
    """候补 of the bound patients: join, look up, answer an offer, leave."""

    serializer_class = WaitlistEntrySerializer
    filterset_class = OwnWaitlistFilter
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return WaitlistEntry.objects.none()
        return reads.entries_of(self.account).order_by("-id")

    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """候补记录 with the place on the waiting list."""
        page = self.paginate_queryset(reads.rows_of(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(reads.shown(list(page or ())))

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One entry with its latest offer."""
        return Response(self._shown(self.get_object()))

    @command(
        body=JoinSerializer, answer=WaitlistEntrySerializer, status=201,
        raises=(
            CardRequired, NotFound, InvalidValue, errors.AlreadyWaiting, errors.TooManyEntries,
            errors.BookingSuspended,
        ),
    )  # fmt: skip
    def create(self, *, binding_id: UUID | None = None, **wanted: Any) -> dict[str, Any]:
        """Join the list; a number that is free already is offered at once."""
        patient = require_binding(self.account, binding_id).patient
        named = self._named(wanted, patient)
        return self._shown(waitlist.join(patient=patient, account_id=self.account.pk, **named))

    @command(
        answer=AppointmentSerializer, status=201, idempotent=True, atomic=False,
        raises=(errors.OfferLapsed, errors.NoOffer, *errors.BOOKING),
    )  # fmt: skip
    def accept(self, entry: WaitlistEntry) -> dict[str, Any]:
        """Book the offered number before its deadline."""
        source = AppointmentSource.MINIPROGRAM
        return new_appointment(waitlist.accept(entry, source=source, account_id=self.account.pk))

    def replay(self, made: UUID) -> dict[str, Any]:
        """The appointment as it is now."""
        return appointments.one(Appointment.objects.filter(account=self.account), made)

    @command(answer=WaitlistEntrySerializer, raises=(errors.OfferLapsed, errors.NoOffer))
    def decline(self, entry: WaitlistEntry) -> dict[str, Any]:
        """The offered number goes to the next; the entry waits for a number of another session."""
        return self._shown(waitlist.decline(entry))

    @command(answer=WaitlistEntrySerializer, raises=(StateConflict, errors.OfferLapsed))
    def leave(self, entry: WaitlistEntry) -> dict[str, Any]:
        """Leave the list; a number on offer goes to the next."""
        return self._shown(waitlist.leave(entry))

    def _named(self, values: dict[str, Any], patient: Any) -> dict[str, Any]:
        """Ids replaced by what they name at the patient's hospital; NotFound."""
        departments = Department.objects.select_related("hospital").filter(is_active=True)
        doctors = StaffMember.objects.filter(status="active")
        rows: dict[str, Any] = {"department": departments, "practitioner": doctors}
        for name, candidates in rows.items():
            wanted = values.get(name)
            if wanted is None:
                continue
            values[name] = candidates.filter(pk=wanted, hospital_id=patient.hospital_id).first()
            if values[name] is None:
                raise NotFound
        return values

    def get_object(self) -> WaitlistEntry:
        entry: WaitlistEntry | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if entry is None:
            raise NotFound
        return entry

    def _shown(self, entry: WaitlistEntry) -> dict[str, Any]:
        return reads.one(WaitlistEntry.objects.all(), entry.pk)
