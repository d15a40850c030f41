"""Actors of webhooks. Any of them may run anywhere, twice or late: the rows say what is due."""

import datetime as dt
import time

import dramatiq
from dramatiq_crontab import cron

from apps.integrations.services import webhook_deliveries, webhook_watch
from apps.integrations.services.webhook_rows import waits
from apps.integrations.services.webhook_sending import Pump
from apps.integrations.services.webhook_waking import Turn, start

LIMIT_MS = 180_000
REFRESH = 5.0


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=LIMIT_MS)
def deliver_webhooks() -> None:
    """Send what is due, for half a minute at most; whoever finds all senders at work leaves it to them."""
    turn = Turn()
    if not turn.take():
        return
    pump, kept, helped = Pump(), time.monotonic(), False
    try:
        for more in pump.run():
            if more and not helped:
                deliver_webhooks.send()
                helped = True
            if time.monotonic() - kept > REFRESH:
                turn.keep()
                kept = time.monotonic()
    finally:
        pump.client.close()
        turn.leave()
    if waits(dt.timedelta()):
        start()


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_webhooks() -> None:
    """Every minute: what waits for a later try, what a dead sender left behind, what nobody receives any more."""
    webhook_deliveries.cancel_unwanted()
    if waits(dt.timedelta(seconds=5)):
        start()


@cron("23 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def watch_webhooks() -> None:
    """Every hour: who is told of endpoints that nothing reaches, and which of them are switched off."""
    webhook_watch.watch()


@cron("53 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=3_600_000)
def purge_webhooks() -> None:
    """Every night: forget deliveries and attempts of a month ago."""
    webhook_deliveries.purge()
