"""出示付款码: the payer pays at the window by a code or page of a provider, all that is left or a part of it."""

from uuid import UUID

from django.db import transaction

from apps.identity.models import StaffMember
from apps.payments.channels.base import PayMethod
from apps.payments.models import MerchantAccount, PaymentAttempt, PaymentOrder
from apps.payments.services.checks import ask
from apps.payments.services.pay import check_payable, merchant_for, new_attempt, open_at_channel
from apps.payments.services.tenders import next_tender, wait_for_next
from apps.payments.states import UNSETTLED
from kernel.errors import NotFound, StateConflict
from kernel.locks import lock_one

#: Ways that need nothing of the payer before.
METHODS = (PayMethod.QR_CODE, PayMethod.WAP)


def show_code(
    *,
    order: PaymentOrder,
    channel: str,
    method: PayMethod,
    staff: StaffMember,
    amount_fen: int | None = None,
    client_ip: str = "",
) -> PaymentAttempt:
    """What is shown to the payer, in `attempt.client`: `qr_code`, or a page. `amount_fen`: a part of what is left.

    Errors as `pay_online`, and TenderExceedsRest, TooManyTenders. Not inside a transaction: the channel is asked.
    """
    merchant = merchant_for(order, channel, method)
    attempt = _begin(order.pk, merchant, method, staff, amount_fen)
    return open_at_channel(order, attempt, client_ip)


@transaction.atomic
def _begin(
    order_id: UUID, merchant: MerchantAccount, method: PayMethod, staff: StaffMember, amount_fen: int | None
) -> PaymentAttempt:
    order = lock_one(PaymentOrder.objects, pk=order_id)
    check_payable(order)
    tender = next_tender(order, merchant.channel, amount_fen)
    if tender.is_leg:
        wait_for_next(order)
        check_payable(order)
    return new_attempt(order, merchant, method, tender.amount_fen, is_leg=tender.is_leg, taken_by=staff)


def withdraw_code(*, order: PaymentOrder, attempt_id: UUID) -> PaymentOrder:
    """The payer pays otherwise: the attempt is closed at its channel, and what it was for is left again.

    The order as it is then: its attempt still open while the channel does not answer, paid if the payer was faster.
    NotFound, StateConflict (it is no longer open). Outside transactions.
    """
    attempt = order.attempts.select_related("order", "merchant").filter(pk=attempt_id).first()
    if attempt is None:
        raise NotFound
    if attempt.state not in UNSETTLED:
        raise StateConflict(current=attempt.state)
    ask(attempt, give_up=True)
    order.refresh_from_db()
    return order
