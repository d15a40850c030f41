"""What follows: pushes are applied; what the product cannot settle by itself becomes somebody's work."""

from apps.payments import events
from apps.payments.models import PaymentOrder, Refund
from apps.payments.services.pushes import handle_push
from apps.payments.work import REFUND_FAILED, STUCK_ORDER
from apps.worklist.services.items import close_item, open_item
from kernel.money import fen_to_yuan
from kernel.outbox.events import subscribe


@subscribe(events.PushReceived, name="payments.apply_push", queue="urgent")
def bring_push(event: events.PushReceived) -> None:
    """Bring a channel's push to its attempt or refund."""
    handle_push(event.push_id)


@subscribe(events.RefundFailed, name="payments.open_failed_refund")
def open_failed_refund(event: events.RefundFailed) -> None:
    refund = Refund.objects.select_related("hospital").get(pk=event.refund_id)
    open_item(
        REFUND_FAILED,
        hospital=refund.hospital,
        subject_type="payments.refund",
        subject_id=refund.pk,
        title=f"退费失败 {refund.refund_no} {fen_to_yuan(event.amount_fen)}元",
    )


@subscribe(events.RefundSucceeded, name="payments.close_failed_refund")
def close_failed_refund(event: events.RefundSucceeded) -> None:
    close_item(REFUND_FAILED, subject_id=event.refund_id, outcome="已退款")


@subscribe(events.RefundCancelled, name="payments.withdraw_failed_refund")
def withdraw_failed_refund(event: events.RefundCancelled) -> None:
    close_item(REFUND_FAILED, subject_id=event.refund_id, withdrawn=True)


@subscribe(events.PaymentOrderStuck, name="payments.open_stuck_order")
def open_stuck_order(event: events.PaymentOrderStuck) -> None:
    order = PaymentOrder.objects.select_related("hospital").get(pk=event.order_id)
    open_item(
        STUCK_ORDER,
        hospital=order.hospital,
        subject_type="payments.order",
        subject_id=order.pk,
        title=f"已付款未入账 {order.order_no} {fen_to_yuan(order.amount_fen)}元",
    )


@subscribe(events.PaymentOrderReturning, name="payments.withdraw_stuck_order")
def withdraw_stuck_order(event: events.PaymentOrderReturning) -> None:
    close_item(STUCK_ORDER, subject_id=event.order_id, withdrawn=True)
