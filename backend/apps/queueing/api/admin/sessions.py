"""叫号 from a doctor's session."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.queueing import errors
from apps.queueing.api.admin.serializers import QueueTicketSerializer
from apps.queueing.selectors.boards import ticket_rows
from apps.queueing.services.calls import call_next_of
from apps.scheduling.models import ClinicSession
from kernel.http.schema import raises


@extend_schema(tags=["schedules"])
class CallNextOfSessionViewSet(ScopedViewSet):
    """叫号 from a doctor's session."""

    model = ClinicSession
    resource = "scheduling.session"
    codes = {"call_next": "queueing.queue.call"}
    serializer_class = QueueTicketSerializer

    @extend_schema(request=None, responses=QueueTicketSerializer, operation_id="clinic_sessions_call_next")
    @raises(errors.QueueEmpty, errors.QueuePaused, errors.SessionNotToday)
    def call_next(self, request: Any, pk: UUID) -> Response:
        """叫号: call whoever is first in the session's queue into its doctor's room."""
        ticket = call_next_of(self.get_object().pk)
        shown = ticket_rows().get(pk=ticket.pk)
        return Response(QueueTicketSerializer(shown, context=self.get_serializer_context()).data)
