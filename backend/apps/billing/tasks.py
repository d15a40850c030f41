"""Periodic work; what is due is decided by the clock, not by the sweep."""

import dramatiq
from dramatiq_crontab import cron

from apps.billing.services.cancel import cancel_expired, lapse_expired

BATCH = 500


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_lapsed_bills() -> None:
    """Every minute: our own bills whose time is over lapse."""
    while lapse_expired(limit=BATCH) == BATCH:
        pass


@cron("*/10 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_expired_bills() -> None:
    """Every ten minutes: bills that nobody paid, be it late, are cancelled."""
    while cancel_expired(limit=BATCH) == BATCH:
        pass
