"""The patient's place in the queue, polled every few seconds: unchanged, it costs one read of Redis and no SQL.

The ETag of an answer is sealed with the token that asked. Whoever shows both again was entitled to that answer less
than VERSION_SECONDS ago and learns only that nothing has changed; signing out or unbinding a card ends that then.
"""

import re
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.queueing.api.serializers import OwnQueueSerializer, QueuePlaceSerializer
from apps.queueing.models import QueueTicket
from apps.queueing.selectors import waiting
from apps.queueing.selectors.own_day import own_day
from apps.queueing.services.boards import refresh
from apps.queueing.stream import keys
from apps.queueing.stream.tokens import QUEUE_POLL, is_sealed, seal
from apps.scheduling.selectors import appointments
from kernel import clock
from kernel.errors import NotFound
from kernel.http.views import APIView
from kernel.redis import client

_TAG = re.compile(r'"([0-9a-f-]{36})\.([0-9a-f]{16})\.(\d{1,12})\.([\w-]{1,40})"')


class QueuePlaceView(APIView):
    """排队: the place in the queue of a bound patient's appointment."""

    permission_classes = [IsPatientAccount]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = request.headers.get("If-None-Match", "")
        if request.method == "GET" and known and _is_unchanged(known, kwargs["pk"], _bearer(request)):
            return HttpResponse(status=304, headers={"ETag": known, "Cache-Control": "private, no-cache"})
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        tags=["appointments"],
        operation_id="appointments_queue",
        parameters=[
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="the last ETag")
        ],
        responses={200: QueuePlaceSerializer, 304: OpenApiResponse(description="Nothing has changed.")},
    )
    def get(self, request: Any, pk: UUID) -> Response:
        """排队: the patient's place in the queue; not found before check-in. Poll with `If-None-Match`."""
        own = appointments.appointments_of(request.user.wechat).filter(pk=pk)
        queue_id = own.values_list("ticket__queue_id", flat=True).first()
        if queue_id is None:
            raise NotFound
        version = _version(queue_id)  # before what it stands for is read
        tickets = QueueTicket.objects.select_related("hospital", "queue", "session")
        ticket = tickets.filter(appointment_id=pk).first()
        if ticket is None:
            raise NotFound
        headers = {"Cache-Control": "private, no-cache"}
        if version and ticket.queue_id == queue_id:
            headers["ETag"] = _tag(ticket, version, _bearer(request))
        return Response(waiting.place(ticket), headers=headers)


class OwnQueueView(APIView):
    """排队 of everybody who is bound to the account."""

    permission_classes = [IsPatientAccount]

    @extend_schema(tags=["appointments"], operation_id="queue_today", responses=OwnQueueSerializer(many=True))
    def get(self, request: Any) -> Response:
        """排队: today's appointments of all bound persons with check-in times, and the place in the queue after it."""
        return Response(own_day(request.user.wechat))


def _bearer(request: Any) -> str:
    return str(request.headers.get("Authorization", ""))


def _version(queue_id: UUID) -> str:
    """The queue's version, its board being made if Redis has forgotten it; "" while Redis is away."""
    try:
        known = client().get(keys.version(queue_id))
        return known.decode() if isinstance(known, bytes) else refresh(queue_id)
    except redis.RedisError:
        return ""


def _tag(ticket: QueueTicket, version: str, bearer: str) -> str:
    ends = int(clock.now().timestamp()) + keys.VERSION_SECONDS
    if waiting.is_paused(ticket.queue) and ticket.queue.paused_until is not None:
        ends = min(ends, int(ticket.queue.paused_until.timestamp()))
    parts = (str(ticket.queue_id), version, str(ends))
    mark = seal(settings.SECRET_KEY, QUEUE_POLL, str(ticket.appointment_id), bearer, *parts)
    return f'"{".".join((*parts, mark))}"'


def _is_unchanged(known: str, appointment_id: UUID, bearer: str) -> bool:
    """Whether this token got that answer a short while ago, and the queue is as it was then."""
    found = _TAG.search(known)
    if found is None or int(found[3]) <= clock.now().timestamp():
        return False
    if not is_sealed(
        found[4], settings.SECRET_KEY, QUEUE_POLL, str(appointment_id), bearer, *found.groups()[:3]
    ):
        return False
    try:
        return bool(client().get(keys.version(found[1])) == found[2].encode())
    except redis.RedisError:
        return False
