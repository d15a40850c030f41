"""Public screens: who may see which queues, kept where the stream finds it."""

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
import redis
import structlog
from django.conf import settings
from django.db import transaction

from apps.identity.models import Department
from apps.queueing.models import Queue, QueueScreen
from apps.queueing.selectors.waiting import running
from apps.queueing.services.boards import refresh
from apps.queueing.stream import keys
from apps.queueing.stream.tokens import DESK_STREAM, sign
from kernel import clock
from kernel.errors import InvalidValue, StateConflict
from kernel.expectations import OF_THE_HOSPITAL
from kernel.redis import client

log = structlog.get_logger(__name__)
TOKEN_BYTES = 24
DESK_TOKEN_LIFE = dt.timedelta(minutes=10)
JUST_REVOKED = dt.timedelta(minutes=30)


def create_screen(
    *, department: Department, name: str, queues: Iterable[Queue] = ()
) -> tuple[QueueScreen, str]:
    """A screen of the department and its token, which is shown this once. InvalidValue (a queue of another one)."""
    chosen = list(queues)
    if any(queue.hospital_id != department.hospital_id for queue in chosen):
        raise InvalidValue(field="queue_ids", expected=OF_THE_HOSPITAL)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        screen = QueueScreen.objects.create(
            hospital_id=department.hospital_id, department=department, name=name,
            queue_ids=[queue.pk for queue in chosen], digest=keys.digest(token),
        )  # fmt: skip
        transaction.on_commit(lambda: _quietly(screen))
    return screen, token


def revoke_screen(screen: QueueScreen) -> QueueScreen:
    """The token counts no longer; open streams end at their next heart-beat. StateConflict if revoked before."""
    with transaction.atomic():
        now, live = clock.now(), QueueScreen.objects.filter(pk=screen.pk, revoked_at=None)
        if not live.update(revoked_at=now, updated_at=now):
            raise StateConflict(current="revoked")
        screen.revoked_at = now
        transaction.on_commit(lambda: _quietly(screen))
    return screen


def _quietly(screen: QueueScreen) -> None:
    try:
        _put(screen)
    except redis.RedisError as error:
        log.warning("screen_not_published", screen=str(screen.pk), error=type(error).__name__)


def _put(screen: QueueScreen) -> list[UUID]:
    if screen.revoked_at is not None:
        client().delete(keys.screen(screen.digest))
        return []
    shown = queues_of(screen)
    client().set(keys.screen(screen.digest), orjson.dumps(shown), ex=keys.SCREEN_SECONDS)
    return shown


def queues_of(screen: QueueScreen) -> list[UUID]:
    """The queues that the screen shows now."""
    if screen.queue_ids:
        return list(screen.queue_ids)
    own = Queue.objects.filter(department_id=screen.department_id, is_active=True)
    return list(own.order_by("name", "id").values_list("pk", flat=True))


def desk_token(queues: Iterable[Queue]) -> dict[str, Any]:
    """A signed right to follow the desk boards of these queues, and when it ends."""
    ends = clock.now().replace(microsecond=0) + DESK_TOKEN_LIFE
    content = {"queues": [str(queue.pk) for queue in queues], "exp": int(ends.timestamp())}
    return {"token": sign(settings.SECRET_KEY, DESK_STREAM, content), "expires_at": ends}


def sweep() -> int:
    """Put everything that is watched into Redis again: what was lost there is back; returns how many boards."""
    watched: set[UUID] = set()
    for screen in QueueScreen.objects.filter(revoked_at=None):
        watched.update(_put(screen))
    for screen in QueueScreen.objects.filter(revoked_at__gt=clock.now() - JUST_REVOKED):
        _put(screen)
    watched.update(running().order_by().values_list("queue", flat=True).distinct())
    for queue_id in watched:
        refresh(queue_id)
    return len(watched)
