"""Tickets at the desk: one step each, refused with 409 where the ticket is not where the step begins."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.queueing import errors
from apps.queueing.api.admin import filters, serializers as io
from apps.queueing.models import QueueTicket
from apps.queueing.selectors.boards import targets, ticket_rows
from apps.queueing.services import calls
from apps.queueing.services.walk_in import queue_walk_in
from kernel.errors import InvalidValue, StateConflict
from kernel.http.schema import raises

STEPS = ("recall", "skip", "requeue", "start", "send_out", "take_back", "finish")


@extend_schema(tags=["queue"])
class QueueTicketViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """排队候诊: tickets and what happens to them. The next patient is called at the queue or the session."""

    model = QueueTicket
    resource = "queueing.queue"
    codes = {
        "create": "walk_in",
        **dict.fromkeys((*STEPS, "call"), "call"),
        "prioritise": "prioritise", "transfer": "transfer", "transfer_targets": "transfer",
    }  # fmt: skip
    serializer_class = io.QueueTicketSerializer
    filterset_class = filters.QueueTicketFilter
    ordering_fields = ["queued_at", "due_at", "ticket_no"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return ticket_rows()

    @extend_schema(request=io.WalkInSerializer, responses={201: io.QueueTicketSerializer})
    @raises(InvalidValue, errors.AlreadyQueued)
    def create(self, request: Any) -> Response:
        """现场排队: a patient without an appointment waits for a doctor, or in a queue."""
        body = io.WalkInSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        self.check_reach(body.validated_data["queue"])
        ticket = queue_walk_in(**body.validated_data)
        return Response(self.get_serializer(ticket_rows().get(pk=ticket.pk)).data, status=201)

    @extend_schema(request=io.CallSerializer, responses=io.QueueTicketSerializer)
    @raises(StateConflict, errors.QueuePaused, InvalidValue)
    def call(self, request: Any, pk: UUID) -> Response:
        """Call this patient out of turn, with a reason."""
        ticket, data = self._asked(io.CallSerializer)
        doctor = calls.doctor_for(ticket.queue, self.actor.staff_id, data.get("practitioner"))
        return self._shown(calls.call(ticket, reason=data["reason"], doctor_id=doctor))

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def recall(self, request: Any, pk: UUID) -> Response:
        """Call the same patient again."""
        return self._step(calls.recall)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def skip(self, request: Any, pk: UUID) -> Response:
        """过号: the called patient did not come: back by some places, in the end passed over."""
        return self._step(calls.skip)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def requeue(self, request: Any, pk: UUID) -> Response:
        """A patient who was passed over joins the end of the line."""
        return self._step(calls.requeue)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def start(self, request: Any, pk: UUID) -> Response:
        """The patient is with the doctor."""
        return self._step(calls.start)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def send_out(self, request: Any, pk: UUID) -> Response:
        """The doctor sends the patient to an examination."""
        return self._step(calls.send_out)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def take_back(self, request: Any, pk: UUID) -> Response:
        """回诊: the patient is back from the examination."""
        return self._step(calls.take_back)

    @extend_schema(request=None, responses=io.QueueTicketSerializer)
    @raises(StateConflict)
    def finish(self, request: Any, pk: UUID) -> Response:
        """The visit is over."""
        return self._step(calls.finish)

    @extend_schema(request=io.PrioritiseSerializer, responses=io.QueueTicketSerializer)
    @raises(StateConflict, InvalidValue)
    def prioritise(self, request: Any, pk: UUID) -> Response:
        """优先: put a waiting patient into a priority group, or out of it."""
        ticket, data = self._asked(io.PrioritiseSerializer)
        return self._shown(calls.prioritise(ticket, code=data["priority"], reason=data["reason"]))

    @extend_schema(request=io.TransferSerializer, responses=io.QueueTicketSerializer)
    @raises(StateConflict, InvalidValue)
    def transfer(self, request: Any, pk: UUID) -> Response:
        """转诊: to another doctor's queue of the hospital, with a number there."""
        ticket, data = self._asked(io.TransferSerializer)
        target = targets(ticket).filter(pk=data["queue_id"]).first()
        if target is None:
            raise InvalidValue(field="queue_id")
        return self._shown(calls.transfer(ticket, queue=target, reason=data["reason"]))

    @extend_schema(responses=io.TargetSerializer(many=True), filters=False)
    def transfer_targets(self, request: Any, pk: UUID) -> Response:
        """Queues that the ticket can be transferred to."""
        found = targets(self.get_object()).values("id", "name", "kind")[:500]
        return Response(io.TargetSerializer(list(found), many=True).data)

    def _asked(self, body_class: type[io.Serializer]) -> tuple[QueueTicket, dict[str, Any]]:
        ticket: QueueTicket = self.get_object()
        body = body_class(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return ticket, body.validated_data

    def _step(self, service: Callable[[QueueTicket], QueueTicket]) -> Response:
        return self._shown(service(self.get_object()))

    def _shown(self, ticket: QueueTicket) -> Response:
        return Response(self.get_serializer(ticket_rows().get(pk=ticket.pk)).data)
