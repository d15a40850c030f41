"""Actors of payments: ids in, a service called. Every sweep may run anywhere, twice or late."""

from uuid import UUID

import dramatiq
import structlog
from dramatiq_crontab import cron

from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from apps.payments.services import checks, pushes
from apps.payments.services.advance_order import advance_order as advance_one_order
from apps.payments.services.advance_refund import advance_refund as advance_one_refund
from apps.payments.services.verify_ledger import verify_ledger
from kernel import leases

BATCH = 500
log = structlog.get_logger(__name__)
#: Nothing is retried by the queue: a row stays due, and the sweep takes it up again.
LIMIT_MS = 120_000


@dramatiq.actor(queue_name="urgent", max_retries=0, time_limit=LIMIT_MS)
def advance_order(order_id: str) -> None:
    """Close, post or give back an order that is due."""
    advance_one_order(UUID(order_id))


@dramatiq.actor(queue_name="urgent", max_retries=0, time_limit=LIMIT_MS)
def check_attempt(attempt_id: str) -> None:
    """Ask the channel about an attempt that is due."""
    checks.check_attempt(UUID(attempt_id))


@dramatiq.actor(queue_name="urgent", max_retries=0, time_limit=LIMIT_MS)
def advance_refund(refund_id: str) -> None:
    """Bring a refund forward that is due."""
    advance_one_refund(UUID(refund_id))


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_payments() -> None:
    """Every minute: whatever is due is taken up, also what a dead worker or a queue without memory left behind."""
    for model, actor in (
        (PaymentOrder, advance_order),
        (PaymentAttempt, check_attempt),
        (Refund, advance_refund),
    ):
        for pk in leases.due(model, BATCH):
            actor.send(str(pk))


@cron("40 2 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=3_600_000)
def prove_ledger() -> None:
    """Every night: prove every balance again from the entries; whatever is wrong is an error in the log."""
    report = verify_ledger()
    if not report.ok:
        log.error("ledger_not_proven", wrong=report.wrong, findings=[str(f) for f in report.findings[:20]])


@cron("47 3 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def purge_pushes() -> None:
    """Every night: forget old pushes of the channels."""
    pushes.purge_pushes()
