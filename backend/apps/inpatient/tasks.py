"""Nightly tidying; nothing here decides what anybody may see."""

import dramatiq
from dramatiq_crontab import cron

from apps.inpatient.services.lookup import purge_lookups


@cron("50 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def forget_lookups() -> None:
    """Forget who searched for which admission."""
    purge_lookups()
