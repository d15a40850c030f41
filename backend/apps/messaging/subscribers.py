from django.db import transaction

from apps.messaging.events import MessageQueued, ReceiptStored
from apps.messaging.services.receipts import process_receipt
from apps.messaging.services.sending import Later
from kernel.outbox.events import subscribe


@subscribe(MessageQueued, name="messaging.send_queued", queue="urgent")
def send_queued_messages(event: MessageQueued) -> None:
    """Hand the messages to the queue of their urgency; if that fails now, the sweeper does it."""
    from apps.messaging.tasks import enqueue  # the broker is configured late

    later = Later(event.message_ids, event.queue, 0)
    transaction.on_commit(lambda: enqueue(later), robust=True)


@subscribe(ReceiptStored, name="messaging.record_receipt", queue="default")
def record_receipt(event: ReceiptStored) -> None:
    """Bring the provider's report to the messages it speaks of."""
    process_receipt(event.receipt_id)
