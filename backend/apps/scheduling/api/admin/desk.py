"""The window: registration, fee, number."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ScopedViewSet
from apps.payments.errors import NoOpenShift
from apps.scheduling import errors
from apps.scheduling.api.admin import serializers as io
from apps.scheduling.api.admin.limits import ReasonSerializer
from apps.scheduling.api.filters import AppointmentFilter
from apps.scheduling.api.serializers import AppointmentSerializer, ChangeSerializer, new_appointment
from apps.scheduling.models import Appointment, AppointmentKind, AppointmentSource, Slot
from apps.scheduling.ports import tickets
from apps.scheduling.selectors import appointments
from apps.scheduling.selectors.changes import changes_of
from apps.scheduling.selectors.exports import APPOINTMENTS
from apps.scheduling.services.book import book_on_behalf
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.confirm import settle_at_counter
from apps.scheduling.services.reschedule import reschedule_by_staff
from apps.scheduling.services.suspend import excuse
from kernel.errors import InvalidValue, NotFound, PermissionDenied, StateConflict
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.serializers import validated


@extend_schema(tags=["appointments"])
class AppointmentViewSet(OptionsMixin, ExportMixin, ScopedViewSet):
    """挂号: list, book on a patient's behalf, take the fee, hand out the number, cancel."""

    model = Appointment
    resource = "scheduling.appointment"
    codes = {"settle": "settle", "check_in": "check_in", "cancel": "cancel", "excuse": "excuse",
        "reschedule": "reschedule", "changes": "list"}  # fmt: skip
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter
    ordering_fields = ["visit_date", "starts_at"]
    ordering = ["-id"]

    keys_first = True
    option_columns = ("appointment_no", "patient__name", "practitioner__name", "starts_at")
    export_columns = APPOINTMENTS
    in_force: ClassVar[dict[str, Any]] = {}

    def row_queryset(self) -> Any:
        return appointments.rows_of(Appointment.objects.all())

    def list(self, request: Any) -> Response:
        """挂号记录 within reach."""
        rows = self.paginate_queryset(self.listed())
        return self.get_paginated_response([appointments.shown(row) for row in rows or ()])

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One appointment."""
        return self._answer(self.get_object())

    @extend_schema(request=io.BookOnBehalfSerializer, responses={201: AppointmentSerializer})
    @raises(
        NotFound,
        errors.SessionNotOpen,
        errors.OutsideBookingWindow,
        errors.SlotPast,
        errors.AlreadyBooked,
        errors.SlotFull,
        errors.BookingLimitReached,
        errors.BookingSuspended,
        NoOpenShift,
    )
    @idempotent(atomic=False)
    def create(self, request: Any) -> Response:
        """Book at the window or by phone for a patient; with the fee in cash the number is the patient's at once."""
        body = io.BookOnBehalfSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        override = f"{self.resource}.override"
        if data["override_reason"] and not policy_of(Slot).allows(self.actor, override, data["slot"]):
            raise PermissionDenied
        booked = book_on_behalf(
            staff_id=self.actor.staff_id,
            patient=data["patient"],
            slot_id=data["slot"].pk,
            kind=AppointmentKind(data["kind"]),
            source=AppointmentSource(data["source"]),
            paid_at_counter=data["paid_at_counter"],
            override_reason=data["override_reason"],
        )
        return Response(new_appointment(booked), status=201)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated booking: the appointment as it is now."""
        made = Appointment.objects.filter(booked_by_id=self.actor.staff_id)
        return Response(appointments.one(made, result), status=201)

    @extend_schema(request=None, responses=AppointmentSerializer)
    @raises(errors.HoldExpired, errors.CheckInTooLate, errors.AlreadyPaid, StateConflict, NoOpenShift)
    @idempotent()
    def settle(self, request: Any, pk: UUID) -> Response:
        """收费: the registration fee was paid in cash at the window."""
        return self._answer(settle_at_counter(self.get_object(), staff_id=self.actor.staff_id))

    @extend_schema(request=io.CheckInSerializer, responses=AppointmentSerializer)
    @raises(
        errors.CheckInTooEarly,
        errors.CheckInTooLate,
        errors.PaymentRequired,
        errors.WaitsAsWalkIn,
        StateConflict,
        InvalidValue,
    )
    def check_in(self, request: Any, pk: UUID) -> Response:
        """取号: hand out the number; the patient joins the queue."""
        appointment = self.get_object()
        tickets().check_in(appointment, **validated(io.CheckInSerializer, request.data))
        return self._answer(appointment)

    @extend_schema(request=io.CancelSerializer, responses=AppointmentSerializer)
    @raises(StateConflict)
    def cancel(self, request: Any, pk: UUID) -> Response:
        """退号 for the patient; a fee that was paid is to be refunded."""
        appointment = self.get_object()
        body = io.CancelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._answer(cancel(appointment, cause="staff", **body.validated_data))

    @extend_schema(request=io.RescheduleSerializer, responses=AppointmentSerializer)
    @raises(
        NotFound,
        StateConflict,
        InvalidValue,
        errors.CheckInTooLate,
        errors.OtherDepartment,
        errors.FeeDiffers,
        errors.SessionNotOpen,
        errors.OutsideBookingWindow,
        errors.SlotPast,
        errors.AlreadyBooked,
        errors.SlotFull,
        errors.BookingLimitReached,
        errors.BookingSuspended,
    )
    @idempotent()
    def reschedule(self, request: Any, pk: UUID) -> Response:
        """改期 for the patient, to another slot of the department."""
        appointment = self.get_object()
        body = io.RescheduleSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        moved = reschedule_by_staff(
            appointment, slot_id=wanted["slot"].pk, staff_id=self.actor.staff_id, reason=wanted["reason"]
        )
        return self._answer(moved)

    @extend_schema(responses=ChangeSerializer(many=True), filters=False)
    def changes(self, request: Any, pk: UUID) -> Response:
        """改期记录: how the appointment came to its present time."""
        return Response(changes_of(self.get_object()))

    @extend_schema(request=ReasonSerializer, responses=AppointmentSerializer)
    @raises(errors.NotMissed)
    def excuse(self, request: Any, pk: UUID) -> Response:
        """更正爽约: a missed appointment no longer counts against the patient."""
        appointment = self.get_object()
        body = ReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"]
        return self._answer(excuse(appointment, staff_id=self.actor.staff_id, reason=reason))

    def _answer(self, appointment: Appointment) -> Response:
        return Response(appointments.one(Appointment.objects.all(), appointment.pk))
