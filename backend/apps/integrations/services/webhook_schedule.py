"""When a delivery is tried again, and how long an endpoint is left alone."""

import datetime as dt
import random

from apps.integrations.adapters.webhook_client import Reply
from apps.integrations.models import AttemptError

#: Seconds before each try after the one before it; ten tries in some three days.
SCHEDULE = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_TRIES = len(SCHEDULE)
#: Each wait is longer by up to this part of it, so that what failed together does not come back together.
JITTER = 0.1
GONE = 410
#: It has too much to do, or what stands before it has.
SLOW_DOWN = frozenset({429, 502, 503, 504})
PAUSE_SECONDS = 30
#: `Retry-After` is obeyed within these seconds.
MAX_RETRY_AFTER = 3_600
#: Failures in a row that may be of single events; afterwards it is the endpoint.
OF_EVENTS = 3


def arrived(reply: Reply) -> bool:
    """Any 2xx, and nothing else."""
    return 200 <= reply.status < 300


def error_of(reply: Reply) -> str:
    """Why it failed; blank if it did not."""
    if arrived(reply):
        return ""
    if 300 <= reply.status < 400:
        return AttemptError.REDIRECT
    return reply.error or AttemptError.STATUS


def next_try(tries: int, reply: Reply, now: dt.datetime) -> dt.datetime | None:
    """When to try again after so many tries, not before the receiver wants it; None: it was the last."""
    if tries >= MAX_TRIES:
        return None
    seconds = SCHEDULE[tries] * (1 + random.uniform(0, JITTER))  # noqa: S311 - no secret
    return now + dt.timedelta(seconds=max(seconds, _asked(reply)))


def hold(failures: int, reply: Reply, now: dt.datetime) -> dt.datetime | None:
    """Until when the endpoint is sent nothing after so many failures in a row."""
    if asked := _asked(reply):
        return now + dt.timedelta(seconds=asked)
    if reply.status in SLOW_DOWN:
        return now + dt.timedelta(seconds=PAUSE_SECONDS)
    doubled = failures - 1 if not reply.status else failures - OF_EVENTS
    if doubled < 0:
        return None
    return now + dt.timedelta(seconds=min(2**doubled, PAUSE_SECONDS) if doubled < 6 else PAUSE_SECONDS)


def _asked(reply: Reply) -> int:
    return min(reply.retry_after, MAX_RETRY_AFTER)
