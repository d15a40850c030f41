"""Periodic work. An expired bonus buys nothing from its moment on, swept or not: the sweep moves the money."""

import dramatiq
from dramatiq_crontab import cron

from apps.prepaid.services.expiry import expire_due

BATCH = 200


@cron("35 * * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=1_800_000)
def sweep_expired_bonuses() -> None:
    """Every hour: what is left of bonuses whose time is over goes back to the hospital."""
    after = expire_due(limit=BATCH)
    while after is not None:
        after = expire_due(limit=BATCH, after=after)
