"""Tickets at the desk: one step each, refused with 409 where the ticket is not where the step begins."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.queueing import errors
from apps.queueing.api.admin import filters, serializers as io
from apps.queueing.models import QueueTicket
from apps.queueing.selectors.boards import targets, ticket_rows
from apps.queueing.services import calls
from apps.queueing.services.calls import OTHER_QUEUE
from apps.queueing.services.walk_in import queue_walk_in
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command

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

    @command(
        body=io.WalkInSerializer,
        answer=io.QueueTicketSerializer,
        status=201,
        raises=(InvalidValue, errors.AlreadyQueued, errors.HasAppointment),
    )
    def create(self, **values: Any) -> QueueTicket:
        """现场排队: a patient without an appointment waits for a doctor, or in a queue."""
        self.check_reach(values["queue"])
        return queue_walk_in(**values)

    @command(
        body=io.CallSerializer,
        answer=io.QueueTicketSerializer,
        raises=(StateConflict, errors.QueuePaused, InvalidValue),
    )
    def call(
        self, ticket: QueueTicket, *, reason: str, practitioner: StaffMember | None = None
    ) -> QueueTicket:
        """Call this patient out of turn, with a reason."""
        doctor = calls.doctor_for(ticket.queue, self.actor.staff_id, practitioner)
        return calls.call(ticket, reason=reason, doctor_id=doctor)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def recall(self, ticket: QueueTicket) -> QueueTicket:
        """Call the same patient again."""
        return calls.recall(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def skip(self, ticket: QueueTicket) -> QueueTicket:
        """过号: the called patient did not come: back by some places, in the end passed over."""
        return calls.skip(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def requeue(self, ticket: QueueTicket) -> QueueTicket:
        """A patient who was passed over joins the end of the queue."""
        return calls.requeue(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def start(self, ticket: QueueTicket) -> QueueTicket:
        """The patient is with the doctor."""
        return calls.start(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def send_out(self, ticket: QueueTicket) -> QueueTicket:
        """The doctor sends the patient to an examination."""
        return calls.send_out(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def take_back(self, ticket: QueueTicket) -> QueueTicket:
        """回诊: the patient is back from the examination."""
        return calls.take_back(ticket)

    @command(answer=io.QueueTicketSerializer, raises=(StateConflict,))
    def finish(self, ticket: QueueTicket) -> QueueTicket:
        """The visit is over."""
        return calls.finish(ticket)

    @command(
        body=io.PrioritiseSerializer, answer=io.QueueTicketSerializer, raises=(StateConflict, InvalidValue)
    )
    def prioritise(self, ticket: QueueTicket, *, priority: str, reason: str) -> QueueTicket:
        """优先: put a waiting patient into a priority group, or out of it."""
        return calls.prioritise(ticket, code=priority, reason=reason)

    @command(
        body=io.TransferSerializer,
        answer=io.QueueTicketSerializer,
        raises=(StateConflict, InvalidValue, errors.AlreadyQueued),
    )
    def transfer(self, ticket: QueueTicket, *, queue_id: UUID, reason: str) -> QueueTicket:
        """转诊: to another doctor's queue of the hospital, with a number there."""
        target = targets(ticket).filter(pk=queue_id).first()
        if target is None:
            raise InvalidValue(field="queue_id", expected=OTHER_QUEUE)
        return calls.transfer(ticket, queue=target, reason=reason)

    @extend_schema(responses=io.TargetSerializer(many=True), filters=False)
    def transfer_targets(self, request: Any, pk: UUID) -> Response:
        """Queues that the ticket can be transferred to."""
        found = targets(self.get_object()).values("id", "name", "kind")[:500]
        return Response(io.TargetSerializer(list(found), many=True).data)
