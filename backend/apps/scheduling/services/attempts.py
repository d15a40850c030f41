"""How often an account may try to book in a minute. Without Redis nobody is counted and booking goes on."""

import time
from uuid import UUID

import redis
import structlog

from kernel.errors import TooManyRequests
from kernel.redis import client

WINDOW_SECONDS = 60
PAUSE_SECONDS = 5.0  # after a failure, so that an outage does not slow every booking
log = structlog.get_logger(__name__)
_paused_until = 0.0


def count_attempt(account_id: UUID, *, limit: int) -> None:
    """TooManyRequests once the account has tried more than `limit` times within the minute (0 = unlimited)."""
    global _paused_until
    if not limit or time.monotonic() < _paused_until:
        return
    key = f"yihui:booking-attempts:{account_id}"
    try:
        pipeline = client().pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS, nx=True)
        tried, _ = pipeline.execute()
    except redis.RedisError:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("booking_attempts_not_counted")
        return
    if tried > limit:
        raise TooManyRequests(retry_after=WINDOW_SECONDS)
