"""Whoever wrote deliveries has a sender started, unless one is at work that will see them."""

import redis
import structlog
from django.db import transaction

from kernel import ids
from kernel.redis import client

#: So many processes send at once; the second one helps while there is more to do than the first can.
SENDERS = 2
PREFIX = "yihui:webhooks:sender:"
#: A sender that died is forgotten after so many seconds.
SECONDS = 60
log = structlog.get_logger(__name__)


def wake() -> None:
    """After the commit. Should the queue be away, the sweep of every minute starts a sender."""
    transaction.on_commit(start, robust=True)


def start() -> None:
    """Start a sender, unless the first one is at work."""
    from apps.integrations.tasks import deliver_webhooks  # the broker is configured late

    try:
        at_work = client().exists(f"{PREFIX}0")
    except redis.RedisError:
        at_work = 0
    if not at_work:
        deliver_webhooks.send()


class Turn:
    """A sender's place among the SENDERS; it spares work, and nothing goes wrong without it."""

    def __init__(self) -> None:
        self.key, self._token = "", str(ids.uuid7())

    def take(self) -> bool:
        """Whether there is a place; it lasts SECONDS, until `keep`."""
        for number in range(SENDERS):
            if client().set(f"{PREFIX}{number}", self._token, nx=True, ex=SECONDS):
                self.key = f"{PREFIX}{number}"
                return True
        return False

    def keep(self) -> None:
        """Hold it for as long again."""
        try:
            client().expire(self.key, SECONDS)
        except redis.RedisError:
            log.warning("webhook_turn_not_kept")

    def leave(self) -> None:
        """Free it, before a last look at what is due: whoever wrote until now counted on this sender."""
        try:
            if client().get(self.key) == self._token.encode():
                client().delete(self.key)
        except redis.RedisError:
            log.warning("webhook_turn_not_left")
