"""Queues: who waits where, and calls from them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.queueing import errors
from apps.queueing.api.admin import filters, serializers as io
from apps.queueing.models import Queue
from apps.queueing.selectors.boards import desk_board, ticket_rows
from apps.queueing.services import calls, queues
from apps.queueing.services.screens import desk_token
from kernel.errors import DuplicateValue, InUse, InvalidValue, StateConflict
from kernel.http.schema import raises


@extend_schema(tags=["queue"])
class QueueViewSet(OptionsMixin, CrudViewSet):
    """排队: queues of doctors, departments, and of several doctors together."""

    model = Queue
    resource = "queueing.queue"
    codes = {
        "call_next": "call", "pause": "pause", "resume": "pause", "board": "list", "stream_token": "list",
    }  # fmt: skip
    serializer_class = io.QueueSerializer
    filterset_class = filters.QueueFilter
    ordering_fields = ["name"]
    option_columns = ("name", "department__name")
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return Queue.objects.select_related("department").prefetch_related("members")

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> Queue:
        return queues.create_queue(**data)

    @raises(DuplicateValue, InvalidValue)
    def perform_update(self, instance: Queue, data: dict[str, Any], version: int) -> Queue:
        queues.update_queue(instance, version=version, **data)
        return self.base_queryset().get(pk=instance.pk)  # type: ignore[no-any-return]

    @raises(InUse)
    def perform_destroy(self, instance: Queue) -> None:
        queues.delete_queue(instance)

    @extend_schema(request=io.CallNextSerializer, responses=io.QueueTicketSerializer)
    @raises(errors.QueueEmpty, errors.QueuePaused, InvalidValue)
    def call_next(self, request: Any, pk: UUID) -> Response:
        """叫号: call whoever is first."""
        queue = self.get_object()
        body = io.CallNextSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        chosen = body.validated_data.get("practitioner")
        doctor = calls.doctor_for(queue, self.actor.staff_id, chosen)
        ticket = calls.call_next(queue, doctor_id=doctor)
        shown = ticket_rows().get(pk=ticket.pk)
        return Response(io.QueueTicketSerializer(shown, context=self.get_serializer_context()).data)

    @extend_schema(request=io.PauseSerializer, responses=io.QueueSerializer)
    @raises(StateConflict, InvalidValue)
    def pause(self, request: Any, pk: UUID) -> Response:
        """暂停叫号: nobody is called for a while; the patients' estimates say so."""
        queue = self.get_object()
        body = io.PauseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        queues.pause(queue, **body.validated_data)
        return self.retrieve(request, pk)

    @extend_schema(request=None, responses=io.QueueSerializer)
    @raises(StateConflict)
    def resume(self, request: Any, pk: UUID) -> Response:
        """恢复叫号: patients are called again."""
        queues.resume(self.get_object())
        return self.retrieve(request, pk)

    @extend_schema(responses=io.BoardSerializer, filters=False)
    def board(self, request: Any, pk: UUID) -> Response:
        """候诊看板: the running day of the queue."""
        return Response(io.BoardSerializer(desk_board(self.get_object())).data)

    @extend_schema(request=io.StreamQuerySerializer, responses=io.StreamTokenSerializer)
    def stream_token(self, request: Any) -> Response:
        """A desk's right to follow these boards as server-sent events; ask again before it ends."""
        body = io.StreamQuerySerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return Response(desk_token(body.validated_data["queue_ids"]))
