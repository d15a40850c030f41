"""出示付款码: the payer pays at the window by a code or page of a provider, all that is left or a part of it."""

from uuid import UUID

from django.db import transaction

from apps.identity.models import StaffMember
from apps.payments.channels.base import PayMethod
from apps.payments.models import MerchantAccount, PaymentAttempt, PaymentOrder
from apps.payments.services.checks import ask
from apps.payments.services.pay import check_payable, merchant_for, new_attempt, open_at_channel
from apps.payments.services.tenders import next_tender, wait_for_next
from apps.payments.states import UNSETTLED, AttemptState
from kernel import clock
from kernel.errors import StateConflict
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
    known = _asked_before(order, merchant, method, amount_fen)
    if known is not None:
        return known
    tender = next_tender(order, merchant.channel, amount_fen)
    if tender.is_leg:
        wait_for_next(order)
        check_payable(order)
    return new_attempt(order, merchant, method, tender.amount_fen, is_leg=tender.is_leg, taken_by=staff)


def _asked_before(
    order: PaymentOrder, merchant: MerchantAccount, method: PayMethod, amount_fen: int | None
) -> PaymentAttempt | None:
    """One that the channel has not answered: asked again under its number, it is the same."""
    silent = order.attempts.filter(
        merchant=merchant,
        method=method,
        state=AttemptState.CREATED,
        taken_by__isnull=False,
        withdrawn_at=None,
    )
    same = silent if amount_fen is None else silent.filter(amount_fen=amount_fen)
    return same.order_by("pk").first()


def withdraw_codes(*, order: PaymentOrder) -> PaymentOrder:
    """The payer pays otherwise: the codes shown are closed at their channels, and what they were for is left again.

    A channel that answers and cannot close one (a code that nobody has scanned) is asked until it can: what is paid
    there all the same finds room, or goes back. While a channel is silent nothing is free. The order as it is then;
    paid if the payer was faster. StateConflict (no code is open). Outside transactions.
    """
    shown = order.attempts.select_related("order", "merchant").filter(
        state__in=UNSETTLED, taken_by__isnull=False
    )
    found = list(shown.order_by("pk"))
    if not found:
        raise StateConflict(current=order.state)
    for attempt in found:
        ask(attempt, give_up=True)
        _free(order.pk, attempt.pk)
    order.refresh_from_db()
    return order


@transaction.atomic
def _free(order_id: UUID, attempt_id: UUID) -> None:
    """Its share, unless the channel was silent: it may have the money."""
    lock_one(PaymentOrder.objects, pk=order_id)
    attempt = lock_one(PaymentAttempt.objects, pk=attempt_id)
    if attempt.state in UNSETTLED and not attempt.error:
        PaymentAttempt.objects.filter(pk=attempt_id).update(withdrawn_at=clock.now())
