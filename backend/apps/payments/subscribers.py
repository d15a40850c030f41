from apps.payments.events import PushReceived
from apps.payments.services.pushes import handle_push
from kernel.outbox.events import subscribe


@subscribe(PushReceived, name="payments.apply_push", queue="urgent")
def bring_push(event: PushReceived) -> None:
    """Bring a channel's push to its attempt or refund."""
    handle_push(event.push_id)
