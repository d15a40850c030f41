"""Periodic work of queues."""

import dramatiq
from dramatiq_crontab import cron

from apps.queueing.services import screens


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_boards() -> None:
    """Every minute: boards and screens that Redis has lost are there again."""
    screens.sweep()
