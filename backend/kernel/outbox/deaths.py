"""A message whose process died twice is a dead letter: it shall not kill the workers again and again.

Starts without an end are counted per try of a message in Redis. After a first death a message runs only while no other
such message does, so that what merely ran beside a deadly one does not die with it twice. Without Redis nobody counts.
"""

import random
import threading
from typing import Any

import dramatiq
import structlog
from dramatiq.middleware import SkipMessage
from redis.exceptions import RedisError

from kernel.redis import client

MAX_STARTS = 2
KEEP_SECONDS = 86_400
ALONE_SECONDS = 60  # a suspect that takes longer does not hold up the others
LATER_MS = (200, 800)
PREFIX, TURN = "yihui:starts:", "yihui:starts-turn"
log = structlog.get_logger(__name__)

# KEYS: the message's count, the suspects' turn. ARGV: seconds to keep the count, seconds of a turn.
# Returns which start this is; 0: it died once before, and another such message has the turn.
_BEGIN = """
local starts = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1])
if starts == 2 and not redis.call('SET', KEYS[2], KEYS[1], 'NX', 'EX', ARGV[2]) then
  redis.call('DECR', KEYS[1])
  return 0
end
return starts
"""
_END = """
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == KEYS[1] then redis.call('DEL', KEYS[2]) end
"""


class Deaths(dramatiq.Middleware):
    """Stands last, so that it counts what really runs and has ended before a retry is queued."""

    def __init__(self) -> None:
        self._running: set[str] = set()
        self._guard = threading.Lock()

    def before_process_message(self, broker: dramatiq.Broker, message: Any) -> None:
        key = _key(message)
        try:
            starts = int(client().register_script(_BEGIN)([key, TURN], [KEEP_SECONDS, ALONE_SECONDS]))
        except RedisError:
            log.warning("starts_not_counted")
            return
        if starts > MAX_STARTS:
            _set_aside(message)
            self._forget(key)
            raise SkipMessage("its process died twice")
        if not starts:
            broker.enqueue(message, delay=random.randint(*LATER_MS))  # noqa: S311 - no secret
            raise SkipMessage("another message that may have killed its process runs")
        with self._guard:
            self._running.add(key)

    def after_process_message(
        self, broker: dramatiq.Broker, message: Any, *, result: Any = None, exception: Any = None
    ) -> None:
        self._forget(_key(message))

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """What an orderly stop cuts short has not died."""
        with self._guard:
            running = list(self._running)
        for key in running:
            self._forget(key)

    def _forget(self, key: str) -> None:
        with self._guard:
            self._running.discard(key)
        try:
            client().register_script(_END)([key, TURN])
        except RedisError:
            log.warning("end_not_counted")


def _key(message: Any) -> str:
    """One try: a redelivery keeps it, a retry has another."""
    tries = "-".join(str(message.options.get(name, 0)) for name in ("retries", "outages"))
    return f"{PREFIX}{message.message_id}:{tries}"


def _set_aside(message: Any) -> None:
    """Events become dead letters. Whatever else was queued is to be found again by its own sweep."""
    log.error("task_killed_its_process", task=message.actor_name, args=[str(a) for a in message.args])
    from kernel.outbox.tasks import bury_event, handle_event  # the broker comes before them

    if message.actor_name == handle_event.actor_name:
        bury_event.send(message.asdict(), {"error": "the process died twice while it handled this event"})
