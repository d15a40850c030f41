"""What patients with an appointment and a doctor's session have to do with queues."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.queueing import errors
from apps.queueing.api.admin.serializers import CheckInSerializer, QueueTicketSerializer
from apps.queueing.selectors.boards import ticket_rows
from apps.queueing.services.calls import call_next_of
from apps.queueing.services.check_in import check_in
from apps.scheduling import errors as booking_errors
from apps.scheduling.api.serializers import AppointmentSerializer
from apps.scheduling.models import Appointment, ClinicSession
from apps.scheduling.selectors import appointments
from kernel.errors import InvalidValue, StateConflict
from kernel.http.schema import raises
from kernel.http.serializers import validated


@extend_schema(tags=["appointments"])
class CheckInViewSet(ScopedViewSet):
    """取号 at the desk."""

    model = Appointment
    resource = "scheduling.appointment"
    codes = {"check_in": "check_in"}
    serializer_class = AppointmentSerializer

    @extend_schema(
        request=CheckInSerializer, responses=AppointmentSerializer, operation_id="appointments_check_in"
    )
    @raises(
        booking_errors.CheckInTooEarly,
        booking_errors.CheckInTooLate,
        booking_errors.PaymentRequired,
        StateConflict,
        InvalidValue,
    )
    def check_in(self, request: Any, pk: UUID) -> Response:
        """取号: hand out the number; the patient joins the queue."""
        appointment = self.get_object()
        check_in(appointment, **validated(CheckInSerializer, request.data))
        return Response(appointments.one(Appointment.objects.all(), appointment.pk))


@extend_schema(tags=["schedules"])
class CallNextOfSessionViewSet(ScopedViewSet):
    """叫号 from a doctor's session."""

    model = ClinicSession
    resource = "scheduling.session"
    codes = {"call_next": "queueing.queue.call"}
    serializer_class = QueueTicketSerializer

    @extend_schema(request=None, responses=QueueTicketSerializer, operation_id="clinic_sessions_call_next")
    @raises(errors.QueueEmpty, errors.QueuePaused)
    def call_next(self, request: Any, pk: UUID) -> Response:
        """叫号: call whoever is first in the session's queue into its doctor's room."""
        ticket = call_next_of(self.get_object().pk)
        shown = ticket_rows().get(pk=ticket.pk)
        return Response(QueueTicketSerializer(shown, context=self.get_serializer_context()).data)
