"""How often something may happen: counts in Redis, in windows that begin with the first hit and end by our clock.

One round trip, however many keys. Without Redis nothing is counted and everything is allowed: a limit protects the
service, it must never be what stops it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import redis
import structlog

from kernel import clock
from kernel.redis import client

PREFIX = "yihui:hits:"
PAUSE_SECONDS = 5.0  # after a failure, so that an outage does not slow every request
log = structlog.get_logger(__name__)
_paused_until = 0.0

# KEYS: what is counted. ARGV: now in ms, how much to add (0 only looks), then each key's window in ms.
# Returns count and ms to the window's end for each. A window that ends too far ahead is one of a clock put back.
_COUNT = """
local now, add, found = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[i + 2])
  local state = redis.call('HMGET', key, 'count', 'ends')
  local count, ends = tonumber(state[1]) or 0, tonumber(state[2]) or 0
  if ends <= now or ends > now + window then count, ends = 0, now + window end
  if add > 0 then
    count = count + add
    redis.call('HSET', key, 'count', count, 'ends', string.format('%.0f', ends))
    redis.call('PEXPIRE', key, window + 60000)
  end
  found[2 * i - 1], found[2 * i] = count, ends - now
end
return found
"""


class Limit(NamedTuple):
    """`limit` hits of `key` in `seconds`."""

    key: str
    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Whether it may happen, how many more may, and the whole seconds until the window ends."""

    allowed: bool
    remaining: int
    reset: int


def hit(key: str, limit: int, seconds: int) -> Rate:
    """Count one hit; not allowed from the one after the `limit`-th of the window."""
    return hit_all([Limit(key, limit, seconds)])[0]


def hit_all(limits: Sequence[Limit], *, times: int = 1) -> list[Rate]:
    """Count so many hits of each; not allowed if one of them is beyond the limit."""
    return [
        Rate(count <= one.limit, max(0, one.limit - count), reset)
        for one, (count, reset) in zip(limits, _count(limits, times), strict=True)
    ]


def peek(key: str, limit: int, seconds: int) -> Rate:
    """Whether a next hit would be allowed; counts nothing."""
    ((count, reset),) = _count([Limit(key, limit, seconds)], 0)
    return Rate(count < limit, max(0, limit - count), reset)


def forget(*keys: str) -> None:
    """Count these keys anew."""
    try:
        if keys:
            client().delete(*(PREFIX + key for key in keys))
    except redis.RedisError:
        log.warning("hits_not_forgotten")


def _count(limits: Sequence[Limit], add: int) -> list[tuple[int, int]]:
    """Count and seconds to the window's end of each."""
    global _paused_until
    uncounted = [(0, one.seconds) for one in limits]
    if not limits or time.monotonic() < _paused_until:
        return uncounted
    now = int(clock.now().timestamp() * 1000)
    windows = [one.seconds * 1000 for one in limits]
    try:
        found = client().register_script(_COUNT)([PREFIX + one.key for one in limits], [now, add, *windows])
    except redis.RedisError:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("hits_not_counted")
        return uncounted
    return [(int(count), -(-int(left) // 1000)) for count, left in zip(found[::2], found[1::2], strict=True)]
