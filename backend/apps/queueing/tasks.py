"""Periodic work of queues."""

import dramatiq
from dramatiq_crontab import cron

from apps.queueing.services import screens
from apps.queueing.services.close_days import close_days

BATCH = 200


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_boards() -> None:
    """Every minute: boards and screens that Redis has lost are there again."""
    screens.sweep()


@cron("10 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def end_days() -> None:
    """Every hour: whoever waits in a queue whose day has ended is in the house no more."""
    while close_days(limit=BATCH) == BATCH:
        pass
