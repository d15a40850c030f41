"""Paying an order online: the attempt is on record, then the channel is asked, then its answer is recorded."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings as django_settings
from django.db import transaction

from apps.payments import errors
from apps.payments.channels.base import (
    ChannelError,
    PayMethod,
    PermanentChannelError,
    Prepaid,
    PrepayRequest,
)
from apps.payments.models import MerchantAccount, PaymentAttempt, PaymentOrder
from apps.payments.services.merchants import active_merchant, channel_for, channel_of
from apps.payments.services.tenders import check_whole
from apps.payments.states import ATTEMPTS, UNSETTLED, AttemptState, OrderState
from kernel import clock, ids, leases
from kernel.errors import StateConflict
from kernel.faults import fault_point
from kernel.idempotency import store
from kernel.leases import later
from kernel.locks import lock_one

#: An attempt is opened only if the payer has at least that long.
SHORTEST = dt.timedelta(seconds=10)
#: So many tries to pay one order are enough.
MAX_ATTEMPTS = 20
log = structlog.get_logger(__name__)


def pay_online(
    *,
    order: PaymentOrder,
    channel: str,
    method: PayMethod,
    payer_id: str = "",
    client_ip: str = "",
    check: Callable[[PaymentOrder], None] | None = None,
) -> PaymentAttempt:
    """What the payer's app needs to pay the order, in `attempt.client`. Safe to repeat: the same attempt again.

    `check` may refuse the order, under its lock.

    ChannelNotOffered, OrderExpired, StateConflict (no longer pending), ChannelRefused, ChannelUnavailable (try again),
    TooManyAttempts, TendersAtWork. Not inside a transaction: the channel is asked over the network.
    """
    merchant = merchant_for(order, channel, method)
    attempt = _begin(order.pk, merchant, method, payer_id, check)
    if attempt.state == AttemptState.OPEN:
        with transaction.atomic():
            store.finish_with(attempt.pk)
        return attempt
    return open_at_channel(order, attempt, client_ip)


def merchant_for(order: PaymentOrder, channel: str, method: PayMethod) -> MerchantAccount:
    """The account that takes it. ChannelNotOffered, also where the channel is not offered this way."""
    merchant = active_merchant(order.hospital_id, channel)
    if method not in channel_of(merchant).methods:
        raise errors.ChannelNotOffered(channel=channel)
    return merchant


def open_at_channel(order: PaymentOrder, attempt: PaymentAttempt, client_ip: str = "") -> PaymentAttempt:
    """Ask the channel for what the payer needs, for an attempt that is on record. Errors as `pay_online`."""
    fault_point("pay.begun")
    try:
        prepaid = channel_for(attempt).prepay(_request(order, attempt, client_ip))
    except ChannelError as error:
        raise _refused(attempt, error) from error
    fault_point("pay.asked")
    opened = _opened(attempt, prepaid)
    if opened is None:
        leases.set_due(PaymentAttempt, attempt.pk, clock.now())  # closed at the channel once more
        raise StateConflict(current=attempt.state)
    fault_point("pay.opened")
    return opened


def notify_url(merchant_id: UUID | None) -> str:
    """Where the channel pushes what concerns this merchant."""
    return f"{django_settings.PUBLIC_BASE_URL}/callbacks/payments/{merchant_id}"


@transaction.atomic
def _begin(
    order_id: UUID,
    merchant: MerchantAccount,
    method: PayMethod,
    payer_id: str,
    check: Callable[[PaymentOrder], None] | None,
) -> PaymentAttempt:
    order = lock_one(PaymentOrder.objects, pk=order_id)
    check_payable(order)
    if check is not None:
        check(order)
    check_whole(order)
    mine = PaymentAttempt.objects.filter(
        order=order,
        is_leg=False,
        merchant=merchant,
        method=method,
        payer_id=payer_id,
        state__in=UNSETTLED,
        expires_at__gt=clock.now() + SHORTEST,
    )
    known = mine.order_by("-id").first()
    if known is not None:
        return known
    whole = order.amount_fen
    return new_attempt(order, merchant, method, whole, partner_id=order.partner_id, payer_id=payer_id)


def new_attempt(
    order: PaymentOrder, merchant: MerchantAccount, method: PayMethod, amount_fen: int, **values: Any
) -> PaymentAttempt:
    """On record before the channel is asked, and due should we die before. TooManyAttempts."""
    if order.attempts.count() >= MAX_ATTEMPTS:
        raise errors.TooManyAttempts
    return PaymentAttempt.objects.create(
        hospital_id=order.hospital_id,
        order=order,
        merchant=merchant,
        channel=merchant.channel,
        method=method,
        out_trade_no=ids.uuid7().hex,
        amount_fen=amount_fen,
        started_at=clock.now(),
        expires_at=order.expires_at,
        due_at=later(3),
        **values,
    )


def check_payable(order: PaymentOrder) -> None:
    """StateConflict or OrderExpired unless the order may still be paid."""
    if order.state != OrderState.PENDING:
        raise StateConflict(current=order.state)
    if order.expires_at - SHORTEST <= clock.now():
        raise errors.OrderExpired


def _request(order: PaymentOrder, attempt: PaymentAttempt, client_ip: str) -> PrepayRequest:
    return PrepayRequest(
        out_trade_no=attempt.out_trade_no,
        amount_fen=attempt.amount_fen,
        description=order.description,
        expires_at=attempt.expires_at,
        notify_url=notify_url(attempt.merchant_id),
        method=PayMethod(attempt.method),
        started_at=attempt.started_at,
        payer_id=attempt.payer_id,
        client_ip=client_ip,
    )


@transaction.atomic
def _opened(attempt: PaymentAttempt, prepaid: Prepaid) -> PaymentAttempt | None:
    """The attempt as it is now; None when it was closed while the channel was asked."""
    changes = {"client": dict(prepaid.client), "reference": prepaid.reference, "due_at": later(3)}
    if not _move(attempt, AttemptState.OPEN, **changes):
        attempt.refresh_from_db()  # a push was faster, the same request came twice, or somebody gave up
    if attempt.state == AttemptState.CLOSED:
        return None
    store.finish_with(attempt.pk)
    return attempt


def _refused(attempt: PaymentAttempt, error: ChannelError) -> Exception:
    """What to tell the caller; an attempt whose outcome is open stays, and is asked about by a worker."""
    log.warning("prepay_failed", attempt_id=str(attempt.pk), channel=attempt.channel, code=error.code)
    if isinstance(error, PermanentChannelError):
        _move(attempt, AttemptState.FAILED, error=error.code[:64], due_at=None)
        return errors.ChannelRefused(channel=attempt.channel, reason=error.code)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(error=error.code[:64])
    return errors.ChannelUnavailable(retry_after=3, channel=attempt.channel)


def _move(attempt: PaymentAttempt, target: AttemptState, **changes: Any) -> bool:
    try:
        ATTEMPTS.move(attempt, target, expect=AttemptState.CREATED, **changes)
    except StateConflict:
        return False
    return True
