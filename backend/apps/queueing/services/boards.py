"""A queue has changed: whoever watches it learns of it, patients by polling, desks and screens by the stream."""

import functools
import hashlib
from typing import Any
from uuid import UUID

import orjson
import redis
import structlog
from django.db import connection, transaction

from apps.queueing.events import QueueChanged
from apps.queueing.models import Queue
from apps.queueing.selectors.boards import desk_board, screen_board
from apps.queueing.stream import keys
from kernel.outbox.events import publish
from kernel.redis import client

log = structlog.get_logger(__name__)

# Whoever began to read later wins: an older board never replaces a newer one.
_PUT = """
if tonumber(redis.call('hget', KEYS[1], 'written') or '0') > tonumber(ARGV[1]) then return 0 end
local before = redis.call('hget', KEYS[1], 'version')
redis.call('hset', KEYS[1], 'written', ARGV[1], 'version', ARGV[2], 'desk', ARGV[3], 'screen', ARGV[4])
redis.call('expire', KEYS[1], ARGV[5])
redis.call('set', KEYS[2], ARGV[2], 'ex', ARGV[6])
if before ~= ARGV[2] then redis.call('publish', ARGV[7], ARGV[8]) end
return 1
"""


def changed(hospital_id: UUID, queue_id: UUID) -> None:
    """Call it inside the transaction of the change: the board is made anew after the commit.

    The event does it again, so that neither a crash in between nor an absent Redis leaves an old board standing.
    """
    publish(QueueChanged(hospital_id=hospital_id, queue_id=queue_id))
    planned = (entry[1] for entry in connection.run_on_commit)
    if not any(getattr(done, "args", None) == (queue_id,) for done in planned):
        transaction.on_commit(functools.partial(_refresh_quietly, queue_id), robust=True)


def _refresh_quietly(queue_id: UUID) -> None:
    try:
        refresh(queue_id)
    except redis.RedisError as error:
        log.warning("board_not_published", queue=str(queue_id), error=type(error).__name__)


def refresh(queue_id: UUID) -> str:
    """Make the boards of a queue from the database and put them into Redis; returns their version.

    The version is that of the content: an unchanged board disturbs nobody. Raises redis.RedisError.
    """
    server = client()
    turn = server.hincrby(keys.board(queue_id), "begun", 1)
    queue = Queue.objects.filter(pk=queue_id).first()
    if queue is None:
        server.delete(keys.board(queue_id), keys.version(queue_id))
        return ""
    desk = desk_board(queue)
    version = _version_of(desk)
    server.eval(
        _PUT, 2, keys.board(queue_id), keys.version(queue_id), turn, version, orjson.dumps(desk),
        orjson.dumps(screen_board(desk)), keys.BOARD_SECONDS, keys.VERSION_SECONDS, keys.CHANNEL, str(queue_id),
    )  # fmt: skip
    return version


def _version_of(board: dict[str, Any]) -> str:
    lasting = {name: value for name, value in board.items() if name != "at"}
    return hashlib.blake2b(orjson.dumps(lasting), digest_size=8).hexdigest()
