"""Periodic work. What is due is decided by the clock, not by the sweep."""

import dramatiq
from dramatiq_crontab import cron

from apps.worklist.services.approvals import expire_due
from apps.worklist.services.escalate import escalate_overdue

BATCH = 200


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_overdue() -> None:
    """Every minute: overdue work climbs."""
    while escalate_overdue(limit=BATCH) == BATCH:
        pass


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_expired_approvals() -> None:
    """Every minute: what nobody decided on in time has expired."""
    while expire_due(limit=BATCH) == BATCH:
        pass
