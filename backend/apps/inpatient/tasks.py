"""What is done by night; nothing here decides what anybody may see."""

import dramatiq
from dramatiq_crontab import cron

from apps.inpatient.services.lookup import purge_lookups
from apps.inpatient.services.settlement_work import open_missing


@cron("50 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def forget_lookups() -> None:
    """Forget who searched for which admission."""
    purge_lookups()


@cron("20 4 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def open_settlement_work() -> None:
    """Stays that are over and whose deposit lies here are somebody's work."""
    open_missing()
