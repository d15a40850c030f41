"""What staff do about a receipt."""

from django.db import transaction
from django.db.models import F

from apps.receipts.models import EReceipt
from apps.receipts.services.advance import ask_now
from apps.receipts.states import RECEIPTS, ReceiptState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.locks import lock_one


@transaction.atomic
def retry(receipt: EReceipt) -> EReceipt:
    """The cause is mended: issue it, or reverse it, once more. StateConflict unless it failed or was refused.

    What the platform may have under its number is asked about first.
    """
    current = lock_one(EReceipt.objects.all(), pk=receipt.pk)
    now = clock.now()
    if current.state == ReceiptState.FAILED and current.ended_at is None:
        target = ReceiptState.UNKNOWN if current.sent_at is not None else ReceiptState.QUEUED
        RECEIPTS.move(current, target, error="", error_text="", checks=0, due_at=now)
    elif current.state == ReceiptState.ISSUED and current.error and current.reversal_sent_at is None:
        EReceipt.objects.filter(pk=current.pk).update(
            error="", error_text="", checks=0, due_at=now, version=F("version") + 1, updated_at=now
        )
    else:
        raise StateConflict(current=current.state)
    leases.wake(EReceipt, current.pk)
    return current


def query(receipt: EReceipt) -> EReceipt:
    """Ask the platform now; the row as it is then. StateConflict for one that nothing is to be asked about."""
    if receipt.ended_at is not None or receipt.due_at is None:
        raise StateConflict(current=receipt.state)
    ask_now(receipt.pk)
    receipt.refresh_from_db()
    return receipt
