"""Nightly tidying; nothing here decides what anybody may see."""

import dramatiq
from dramatiq_crontab import cron

from apps.identity.models import Hospital
from apps.patients.categories import LIVE, keep_counts
from apps.patients.selectors import patient_count
from apps.patients.services import binding_lock, care_team, duplicates


@cron("40 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def tidy_care_teams() -> None:
    """End lapsed relations and grants, forget old failed bindings."""
    while care_team.sweep():
        pass
    binding_lock.purge_attempts()


@cron("*/10 * * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=540_000)
def count_categories() -> None:
    """Keep the counts by category of hospitals too large to be counted while somebody waits."""
    for hospital_id in Hospital.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        if patient_count(hospital_id)[0] > LIVE:
            keep_counts(hospital_id)


@cron("10 2 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=1, time_limit=3_600_000)
def scan_for_duplicates() -> None:
    """Bring the pairs of likely duplicates up to date, hospital by hospital."""
    for hospital_id in Hospital.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        duplicates.scan(hospital_id)
