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
from kernel.http.commands import command


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
        return Response(self.as_now(self.get_object().pk))

    @command(
        body=io.BookOnBehalfSerializer, answer=AppointmentSerializer, status=201, idempotent=True, atomic=False,
        raises=(NotFound, *errors.BOOKING, errors.SlotFull, NoOpenShift),
    )  # fmt: skip
    def create(
        self, *, slot: Slot, kind: str, source: str, override_reason: str, **asked: Any
    ) -> dict[str, Any]:
        """Book at the window or by phone for a patient; with the fee in cash the number is the patient's at once."""
        override = f"{self.resource}.override"
        if override_reason and not policy_of(Slot).allows(self.actor, override, slot):
            raise PermissionDenied
        booked = book_on_behalf(
            staff_id=self.actor.staff_id, slot_id=slot.pk, kind=AppointmentKind(kind),
            source=AppointmentSource(source), override_reason=override_reason, **asked,
        )  # fmt: skip
        return new_appointment(booked)

    @command(
        answer=AppointmentSerializer, idempotent=True,
        raises=(errors.HoldExpired, errors.CheckInTooLate, errors.AlreadyPaid, StateConflict, NoOpenShift),
    )  # fmt: skip
    def settle(self, appointment: Appointment) -> Appointment:
        """收费: the registration fee was paid in cash at the window."""
        return settle_at_counter(appointment, staff_id=self.actor.staff_id)

    @command(
        body=io.CheckInSerializer, answer=AppointmentSerializer,
        raises=(
            errors.CheckInTooEarly, errors.CheckInTooLate, errors.PaymentRequired, errors.WaitsAsWalkIn,
            StateConflict, InvalidValue,
        ),
    )  # fmt: skip
    def check_in(self, appointment: Appointment, **values: Any) -> Appointment:
        """取号: hand out the number; the patient joins the queue."""
        tickets().check_in(appointment, **values)
        return appointment

    @command(body=io.CancelSerializer, answer=AppointmentSerializer, raises=(StateConflict,))
    def cancel(self, appointment: Appointment, **values: Any) -> Appointment:
        """退号 for the patient; a fee that was paid is to be refunded."""
        return cancel(appointment, cause="staff", **values)

    @command(
        body=io.RescheduleSerializer, answer=AppointmentSerializer, idempotent=True,
        raises=(
            NotFound, StateConflict, InvalidValue, errors.CheckInTooLate, errors.OtherDepartment,
            errors.FeeDiffers, *errors.BOOKING, errors.SlotFull,
        ),
    )  # fmt: skip
    def reschedule(self, appointment: Appointment, *, slot: Slot, reason: str) -> Appointment:
        """改期 for the patient, to another slot of the department."""
        staff_id = self.actor.staff_id
        return reschedule_by_staff(appointment, slot_id=slot.pk, staff_id=staff_id, reason=reason)

    @extend_schema(responses=ChangeSerializer(many=True), filters=False)
    def changes(self, request: Any, pk: UUID) -> Response:
        """改期记录: how the appointment came to its present time."""
        return Response(changes_of(self.get_object()))

    @command(body=ReasonSerializer, answer=AppointmentSerializer, raises=(errors.NotMissed,))
    def excuse(self, appointment: Appointment, *, reason: str) -> Appointment:
        """更正爽约: a missed appointment no longer counts against the patient."""
        return excuse(appointment, staff_id=self.actor.staff_id, reason=reason)

    def as_now(self, pk: UUID) -> dict[str, Any]:
        return appointments.one(Appointment.objects.all(), pk)
