from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
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
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import GenericViewSet


class JoinSerializer(Serializer):
    """What is wanted; `binding_id` is for whom, without it the default card."""

    department_id = serializers.UUIDField(source="department")
    practitioner_id = serializers.UUIDField(source="practitioner", required=False, allow_null=True)
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    period = serializers.ChoiceField(choices=Period.choices, allow_blank=True, default="")
    binding_id = serializers.UUIDField(required=False, allow_null=True)


@extend_schema(tags=["waitlist"])
class WaitlistEntryViewSet(GenericViewSet[WaitlistEntry]):
    """候补 of the bound patients: join, look up, answer an offer, leave."""

    permission_classes = [IsPatientAccount]
    serializer_class = WaitlistEntrySerializer
    filterset_class = OwnWaitlistFilter
    lookup_value_converter = "uuid"
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return WaitlistEntry.objects.none()
        return reads.entries_of(self.request.user.wechat).order_by("-id")  # type: ignore[union-attr]

    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """候补记录 with the place on the waiting list."""
        page = self.paginate_queryset(reads.rows_of(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(reads.shown(list(page or ())))

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One entry with its latest offer."""
        return self._answer(self._find(pk))

    @extend_schema(request=JoinSerializer, responses={201: WaitlistEntrySerializer})
    @raises(
        CardRequired, NotFound, InvalidValue, errors.AlreadyWaiting, errors.TooManyEntries, errors.BookingSuspended
    )  # fmt: skip
    def create(self, request: Any) -> Response:
        """Join the list; a number that is free already is offered at once."""
        body = JoinSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        account = request.user.wechat
        patient = require_binding(account, values.pop("binding_id", None)).patient
        entry = waitlist.join(patient=patient, account_id=account.pk, **self._named(values, patient))
        return self._answer(entry, status=201)

    @extend_schema(request=None, responses={201: AppointmentSerializer})
    @raises(
        errors.OfferLapsed,
        errors.NoOffer,
        errors.SessionNotOpen,
        errors.SlotPast,
        errors.OutsideBookingWindow,
        errors.AlreadyBooked,
        errors.BookingLimitReached,
        errors.BookingSuspended,
    )
    @idempotent(atomic=False)
    def accept(self, request: Any, pk: UUID) -> Response:
        """Book the offered number before its deadline."""
        booked = waitlist.accept(
            self._find(pk), source=AppointmentSource.MINIPROGRAM, account_id=request.user.wechat.pk
        )
        return Response(new_appointment(booked), status=201)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated acceptance: the appointment as it is now."""
        made = Appointment.objects.filter(account=request.user.wechat)
        return Response(appointments.one(made, result), status=201)

    @extend_schema(request=None, responses=WaitlistEntrySerializer)
    @raises(errors.OfferLapsed, errors.NoOffer)
    def decline(self, request: Any, pk: UUID) -> Response:
        """The offered number goes to the next; the entry waits for a number of another session."""
        return self._answer(waitlist.decline(self._find(pk)))

    @extend_schema(request=None, responses=WaitlistEntrySerializer)
    @raises(StateConflict, errors.OfferLapsed)
    def leave(self, request: Any, pk: UUID) -> Response:
        """Leave the list; a number on offer goes to the next."""
        return self._answer(waitlist.leave(self._find(pk)))

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

    def _find(self, pk: UUID) -> WaitlistEntry:
        entry: WaitlistEntry | None = self.get_queryset().filter(pk=pk).first()
        if entry is None:
            raise NotFound
        return entry

    def _answer(self, entry: WaitlistEntry, status: int = 200) -> Response:
        return Response(reads.one(WaitlistEntry.objects.all(), entry.pk), status=status)
