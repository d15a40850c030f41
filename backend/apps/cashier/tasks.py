"""Actors of the cashier: ids in, a service called. The sweep may run anywhere, twice or late."""

import dramatiq
from dramatiq_crontab import cron

from apps.cashier.services.overdue import overdue, tell_of_overdue, tell_of_unbanked, unbanked

BATCH = 200


@cron("*/10 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_shifts() -> None:
    """Every ten minutes: shifts that are not handed over, and takings that are not brought to the bank, in time."""
    for shift_id in overdue(BATCH):
        tell_of_overdue(shift_id)
    for shift_id in unbanked(BATCH):
        tell_of_unbanked(shift_id)
