"""Actors of reconciliation: ids in, a service called. Every sweep may run anywhere, twice or late."""

import datetime as dt
from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import carry, examine, hand_in, runs
from kernel import clock, leases

BATCH = 200
LIMIT_MS = 1_800_000


@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=LIMIT_MS)
def advance_run(run_id: str) -> None:
    """Fetch and match the bill of a run that is due."""
    runs.advance_run(UUID(run_id))


@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=LIMIT_MS)
def check_bill(bill_id: str) -> None:
    """Read a bill that was handed in, and match its day with it."""
    hand_in.check_bill(UUID(bill_id))


@dramatiq.actor(queue_name="default", max_retries=0)
def examine_difference(difference_id: str) -> None:
    """Ask the counterparty about a difference that is due."""
    examine.examine_difference(UUID(difference_id))


@cron("15 10 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def start_daily_runs() -> None:
    """Every morning, when the providers' bills are made: yesterday is reconciled with each of them."""
    runs.start_daily(clock.today() - dt.timedelta(days=1))
    carry.examine_forgotten(clock.today())


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_reconciliation() -> None:
    """Every minute: whatever is due is taken up, also what a dead worker left behind."""
    for pk in leases.due(ReconciliationRun, BATCH):
        advance_run.send(str(pk))
    for pk in leases.due(SuppliedBill, BATCH):
        check_bill.send(str(pk))
    for pk in leases.due(Difference, BATCH):
        examine_difference.send(str(pk))
