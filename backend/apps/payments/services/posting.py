"""Posting: what was paid for becomes the patient's. Until then an order is `paid_unposted`, never shown as posted."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import transaction

from apps.identity.settings import Setting
from apps.payments import settings
from apps.payments.events import PaymentOrderPosted, PaymentOrderReturning, PaymentOrderStuck
from apps.payments.models import (
    PaymentOrder,
    PaymentOrderLine,
    RefundCause,
    RefundRoute,
    ReturnCause,
)
from apps.payments.payables import Credit, PayableLine, SettleLater, SettleRefused, by_payable, lines_of
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.selectors.orders import is_recorded, lies_with_a_clerk
from apps.payments.services import his, ledger
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.record_payment import event_of
from apps.payments.services.refunds import refund_unposted
from apps.payments.states import ORDERS, OrderState
from apps.payments.work import STUCK_ORDER
from apps.worklist.services.items import close_item
from kernel import clock, leases
from kernel.errors import DomainError, StateConflict
from kernel.faults import fault_point
from kernel.locks import lock_one
from kernel.outbox.events import publish

log = structlog.get_logger(__name__)


def post_order(order: PaymentOrder) -> None:
    """Tell HIS, then settle. What cannot be posted goes back: at once when refused, in time when nobody answers.

    What lies with a clerk does not go back by itself: it waits for HIS however long, and once refused for a clerk.
    """
    lines = lines_of(order)
    try:
        his.announce(order, lines)
        fault_point("post.announced")
        _settle(order, lines)
        fault_point("post.settled")
    except HisRefused as refusal:
        _refused(order, refusal.code, ReturnCause.REFUSED)
    except SettleRefused as refusal:
        _refused(order, refusal.code, refusal.cause)
    except (HisUnavailable, SettleLater) as error:
        _again_or_return(order, str(error))
    except Exception as error:  # whatever is wrong with us: retried, alarmed and given back in time too
        log.exception("posting_failed", order_id=str(order.pk))
        _again_or_return(order, type(error).__name__)


@transaction.atomic
def _settle(order: PaymentOrder, lines: Sequence[PayableLine]) -> None:
    locked = lock_one(PaymentOrder.objects, pk=order.pk)
    if locked.state != OrderState.PAID_UNPOSTED:
        return
    _credit(locked, lines, _settle_lines(locked, lines))
    now = clock.now()
    ORDERS.move(locked, OrderState.POSTED, posted_at=now, due_at=None, posting_error="")
    if locked.alarmed_at is not None:
        close_item(STUCK_ORDER, subject_id=locked.pk, outcome="已入账")
    publish(event_of(PaymentOrderPosted, locked))
    fault_point("post.settling")


def _settle_lines(order: PaymentOrder, lines: Sequence[PayableLine]) -> list[Credit]:
    """All lines or none; SettleRefused for whatever cannot be had any more."""
    try:
        return [credit for payable, some in by_payable(lines) for credit in payable.settle(order, some)]
    except DomainError as error:
        changed = type(error) is StateConflict
        raise SettleRefused(error.code, ReturnCause.CHANGED if changed else ReturnCause.REFUSED) from error


def _credit(order: PaymentOrder, lines: Sequence[PayableLine], credited: Sequence[Credit]) -> None:
    """The money of every line belongs to its account now; the line remembers which."""
    accounts = {credit.line_id: credit.account for credit in credited}
    movements = [Movement(Account(AccountKind.UNPOSTED), order.amount_fen)]
    by_account: dict[Account, list[UUID]] = {}
    for line in lines:
        movements.append(Movement(accounts[line.line_id], -line.amount_fen))
        by_account.setdefault(accounts[line.line_id], []).append(line.line_id)
    for account, keys in by_account.items():
        PaymentOrderLine.objects.filter(pk__in=keys).update(
            ledger_kind=account.kind, ledger_owner=account.owner, updated_at=clock.now()
        )
    ledger.post(
        hospital_id=order.hospital_id,
        key=f"posted:{order.pk}",
        kind="posted",
        movements=movements,
        order_id=order.pk,
    )


def _refused(order: PaymentOrder, code: str, cause: ReturnCause) -> None:
    """What a clerk took before the order was there is tried for a while: HIS may yet forget another payment of it."""
    if is_recorded(order) and _paid_for(order) < _minutes(settings.GIVE_UP_MINUTES, order):
        _again(order, code)
    else:
        give_back(order, cause=cause, code=code)


def _again_or_return(order: PaymentOrder, error: str) -> None:
    over = _paid_for(order) >= _minutes(settings.GIVE_UP_MINUTES, order)
    if over and not lies_with_a_clerk(order):
        give_back(order, cause=ReturnCause.NOT_POSTED_IN_TIME, code=error)
    else:
        _again(order, error)


def _paid_for(order: PaymentOrder) -> dt.timedelta:
    return clock.now() - (order.recorded_at or order.updated_at)


def _minutes(setting: Setting[int], order: PaymentOrder) -> dt.timedelta:
    return dt.timedelta(minutes=setting.of(order.hospital))


def _again(order: PaymentOrder, error: str) -> None:
    if order.alarmed_at is None and _paid_for(order) >= _minutes(settings.ALARM_MINUTES, order):
        _alarm(order)
    PaymentOrder.objects.filter(pk=order.pk, state=OrderState.PAID_UNPOSTED).update(
        posting_tries=order.posting_tries + 1,
        posting_error=error[:200],
        due_at=leases.later(order.posting_tries),
    )


@transaction.atomic
def _alarm(order: PaymentOrder) -> None:
    log.error("payment_not_posted", order_id=str(order.pk), order_no=order.order_no)
    if PaymentOrder.objects.filter(pk=order.pk, alarmed_at=None).update(alarmed_at=clock.now()):
        publish(event_of(PaymentOrderStuck, order))


@transaction.atomic
def give_back(
    order: PaymentOrder, *, cause: ReturnCause, code: str = "", route: RefundRoute = RefundRoute.ORIGINAL
) -> None:
    """A paid order that is not posted goes back whole; HIS is told to forget it before. Nothing once it is posted.

    `code`: what a refusal or the last answer said. `route`: cash when a clerk has handed it back already.
    """
    locked = lock_one(PaymentOrder.objects, pk=order.pk)
    if locked.state != OrderState.PAID_UNPOSTED:
        return
    now = clock.now()
    ORDERS.move(
        locked,
        OrderState.RETURNING,
        return_cause=cause,
        due_at=None,
        posting_error=code[:200],
    )
    locked.lines.update(is_live=False, updated_at=now)
    for payable, lines in by_payable(lines_of(locked), known_only=True):
        payable.returned(locked, lines)
    late = cause in (ReturnCause.HOLD_EXPIRED, ReturnCause.CHANGED)
    refund_unposted(locked, cause=RefundCause.LATE if late else RefundCause.NOT_POSTED, route=route)
    publish(event_of(PaymentOrderReturning, locked, cause=cause))
    fault_point("return.decided")
