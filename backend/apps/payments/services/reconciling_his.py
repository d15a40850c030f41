"""What reconciliation with HIS asks of payments: what HIS should have, and setting right what it has not.

Outside transactions. HisUnavailable: nothing is known; HisRefused: HIS says no and stays with it.
"""

import datetime as dt
from uuid import UUID

from apps.payments.models import PaymentOrder, Refund
from apps.payments.payables import lines_of
from apps.payments.services import his
from apps.payments.services.reconciling import Looked
from apps.payments.states import OrderState
from kernel import clock

TOLD_AGAIN, WITHDRAWN = "told_again", "withdrawn_at_his"
_GONE_BACK = (OrderState.RETURNING, OrderState.RETURNED)
#: Orders of which no money is here to stay: HIS has no reason to have their payments.
_OVER = (*_GONE_BACK, OrderState.CLOSED)


def his_was_told(hospital_id: UUID, day: dt.date) -> bool:
    """Whether HIS should have anything of that day."""
    begin, end = clock.local(day, dt.time()), clock.local(day + dt.timedelta(days=1), dt.time())
    paid = PaymentOrder.objects.filter(hospital_id=hospital_id, state=OrderState.POSTED)
    back = Refund.objects.filter(hospital_id=hospital_id)
    return (
        paid.filter(posted_at__gte=begin, posted_at__lt=end).exists()
        or back.filter(his_notified_at__gte=begin, his_notified_at__lt=end).exists()
    )


def tell_payment_again(hospital_id: UUID, order_no: str) -> Looked:
    """HIS lacks a payment that is posted here: the same number once more changes nothing where it has it."""
    order = _order(hospital_id, order_no)
    if order is None:
        return Looked(is_ours=False)
    if order.state != OrderState.POSTED:
        return Looked(True, None, order.state)
    his.announce(order, lines_of(order))
    return Looked(True, order.amount_fen, TOLD_AGAIN, is_mended=True)


def look_at_payment_of_his(hospital_id: UUID, order_no: str) -> Looked:
    """HIS has a payment that we lack: one that went back is withdrawn there; what we have recorded since is ours."""
    order = _order(hospital_id, order_no)
    if order is None:
        return Looked(is_ours=False)
    if order.state == OrderState.POSTED:
        return Looked(True, order.amount_fen, order.state, order.posted_at, order.posted_at)
    if order.state not in _GONE_BACK:
        return Looked(True, None, order.state)
    his.withdraw(order)
    return Looked(True, None, WITHDRAWN, is_mended=True)


def is_over(hospital_id: UUID, order_no: str) -> bool:
    """Whether HIS may be told to forget the payment of that number: a closed order is no reason by itself."""
    order = _order(hospital_id, order_no)
    return order is not None and order.state in _OVER


def withdraw_payment_of_his(hospital_id: UUID, order_no: str) -> Looked:
    """HIS has a payment that two people want it to forget; never one that we have, or may yet have."""
    order = _order(hospital_id, order_no)
    if order is None:
        return Looked(is_ours=False)
    if order.state not in _OVER:
        return Looked(True, None, order.state)
    his.withdraw(order)
    return Looked(True, None, WITHDRAWN, is_mended=True)


def tell_refund_again(hospital_id: UUID, refund_no: str) -> Looked:
    """HIS lacks a refund of which it took note, or was told that it cannot stop it."""
    refund = _refund(hospital_id, refund_no)
    if refund is None:
        return Looked(is_ours=False)
    if refund.his_notified_at is None:
        return Looked(True, None, refund.state)
    his.post_refund(refund)
    return Looked(True, refund.amount_fen, TOLD_AGAIN, is_mended=True)


def look_at_refund_of_his(hospital_id: UUID, refund_no: str) -> Looked:
    """HIS has a refund that we lack; there is no way to take one back."""
    refund = _refund(hospital_id, refund_no)
    if refund is None:
        return Looked(is_ours=False)
    if refund.his_notified_at is None:
        return Looked(True, None, refund.state)
    return Looked(True, refund.amount_fen, refund.state, refund.his_notified_at, refund.his_notified_at)


def _order(hospital_id: UUID, order_no: str) -> PaymentOrder | None:
    rows = PaymentOrder.objects.select_related("hospital")
    return rows.filter(hospital_id=hospital_id, order_no=order_no).first()


def _refund(hospital_id: UUID, refund_no: str) -> Refund | None:
    rows = Refund.objects.select_related("hospital", "order")
    return rows.filter(hospital_id=hospital_id, refund_no=refund_no).first()
