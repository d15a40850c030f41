"""Nightly tidying; nothing here decides what anybody may see."""

import dramatiq
from dramatiq_crontab import cron

from apps.patients.services import binding_lock, care_team


@cron("40 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def tidy_care_teams() -> None:
    """End lapsed relations and grants, forget old failed bindings."""
    while care_team.sweep():
        pass
    binding_lock.purge_attempts()
