"""Actors of e-receipts: ids in, a service called. Every sweep may run anywhere, twice or late."""

import datetime as dt
from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.receipts.models import EReceipt, ReceiptAccount
from apps.receipts.services import day_checks
from apps.receipts.services.advance import advance_receipt as advance_one
from kernel import clock, leases

BATCH = 500
LIMIT_MS = 300_000


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=LIMIT_MS)
def advance_receipt(receipt_id: str) -> None:
    """Issue, ask about or reverse a receipt that is due."""
    advance_one(UUID(receipt_id))


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_receipts() -> None:
    """Every minute: whatever is due is taken up, also what a dead worker or a queue without memory left behind."""
    for pk in leases.due(EReceipt, BATCH):
        advance_receipt.send(str(pk))


@dramatiq.actor(queue_name="default", max_retries=0, time_limit=LIMIT_MS)
def check_receipt_day(account_id: str, day: str) -> None:
    """Compare a day of an account with the platform."""
    account = ReceiptAccount.objects.select_related("hospital").get(pk=account_id)
    day_checks.check_day(account, dt.date.fromisoformat(day))


@cron("20 1-6 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def check_receipt_days() -> None:
    """At night, hourly until the platform has answered: yesterday of every account."""
    day = clock.today() - dt.timedelta(days=1)
    for pk in day_checks.unchecked(day):
        check_receipt_day.send(str(pk), day.isoformat())
