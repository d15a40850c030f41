"""Actors of e-receipts: ids in, a service called. Every sweep may run anywhere, twice or late."""

from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.receipts.models import EReceipt
from apps.receipts.services.advance import advance_receipt as advance_one
from kernel import leases

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
