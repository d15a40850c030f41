"""Periodic work; what is due is decided by the clock, not by the sweep."""

import dramatiq
from dramatiq_crontab import cron

from apps.billing.services.cancel import cancel_expired

BATCH = 500


@cron("*/10 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_expired_bills() -> None:
    """Every ten minutes: bills that nobody paid in time end."""
    while cancel_expired(limit=BATCH) == BATCH:
        pass
