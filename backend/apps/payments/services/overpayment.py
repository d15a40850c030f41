"""Money that pays nothing goes back: a second payment of one order, one that came too late, of another amount, or that
the other tenders never followed."""

from apps.payments.models import PaymentAttempt, PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services import ledger
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.numbers import new_refund_no
from kernel import clock, ids, leases

OVERPAYMENT_REASON = "重复或超时支付自动退回"
INCOMPLETE_REASON = "分笔支付未付清,自动退回"


def return_overpayment(order: PaymentOrder, attempt: PaymentAttempt, cause: RefundCause) -> Refund:
    """Within the transaction that recorded the overpayment: a refund of all of it, by the way it came."""
    refund = Refund.objects.create(
        hospital_id=order.hospital_id,
        patient_id=order.patient_id,
        department_id=order.department_id,
        order=order,
        attempt=attempt,
        account_id=order.account_id,
        application=order.application,
        refund_no=new_refund_no(order.hospital_id),
        channel_refund_no=ids.uuid7().hex,
        amount_fen=attempt.paid_fen,
        route=RefundRoute.ORIGINAL,
        cause=cause,
        reason=INCOMPLETE_REASON if cause == RefundCause.INCOMPLETE else OVERPAYMENT_REASON,
        due_at=clock.now(),
    )
    ledger.post(
        hospital_id=order.hospital_id,
        key=f"refund:{refund.pk}",
        kind="refund_decided",
        movements=[
            Movement(Account(AccountKind.UNPOSTED), attempt.paid_fen),
            Movement(Account(AccountKind.REFUNDS_PAYABLE), -attempt.paid_fen),
        ],
        order_id=order.pk,
        refund_id=refund.pk,
    )
    leases.wake(Refund, refund.pk)
    return refund
