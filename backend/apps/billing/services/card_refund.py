"""The balance of a card goes back, order by order, the newest first: within every cap of rules.md 8, under locks."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.billing import errors, settings
from apps.billing.models import CardTopUp, RefundRequest
from apps.billing.selectors.card_balance import balance_of
from apps.billing.services.card_top_up import SUBJECT
from apps.billing.services.refund_allocation import Paid, Share, allocate
from apps.billing.services.refund_rules import online_channels, refund_route
from apps.billing.states import RefundRequestState, TopUpState
from apps.identity.models import Hospital, StaffMember, WeChatAccount
from apps.patients.models import PatientCard
from apps.payments.errors import InsufficientBalance
from apps.payments.selectors.orders import lines_for, posted_with_rest
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.types import PaymentOrder, RefundCause, RefundRoute
from kernel import clock
from kernel.idempotency import store
from kernel.locks import lock_rows


@dataclass(frozen=True, slots=True)
class CardCaps:
    """What bounds a refund of a card: its balance, and what each of `orders` (the newest first) still holds."""

    balance_fen: int
    orders: tuple[PaymentOrder, ...]

    @property
    def paid(self) -> list[Paid]:
        """The orders, for allocation."""
        return [Paid(order.pk, order.amount_fen - order.refunded_fen) for order in self.orders]

    @property
    def online_fen(self) -> int:
        """What was topped up and has not gone back."""
        return sum(order.left_fen for order in self.paid)

    @property
    def maximum_fen(self) -> int:
        """The most that can go back."""
        return min(self.balance_fen, self.online_fen)

    def check(self, amount_fen: int) -> None:
        """RefundExceedsBalance or RefundExceedsOnlineTotal, with what is allowed."""
        if amount_fen > self.balance_fen:
            raise errors.RefundExceedsBalance(field="amount_fen", allowed_fen=self.maximum_fen)
        if amount_fen > self.online_fen:
            raise errors.RefundExceedsOnlineTotal(field="amount_fen", allowed_fen=self.maximum_fen)


def topped_up(
    card: PatientCard, application: str | None, channels: Collection[str] | None = None
) -> QuerySet[PaymentOrder]:
    """Posted top-ups of the card that hold something still: what was paid online through the application.

    None is the window: all applications together, and what was topped up in cash, which goes back in cash.
    `channels`: only what came by these.
    """
    keys = CardTopUp.objects.filter(card=card, state=TopUpState.CREDITED).values("order_id")
    orders = posted_with_rest(keys)
    if application is None:
        return orders
    online = set(online_channels())
    return orders.filter(
        application=application, channel__in=online if channels is None else online & set(channels)
    )


def caps_of(card: PatientCard, application: str | None) -> CardCaps:
    """What bounds a refund now; may be over by the time it is asked for."""
    return _caps(card, list(topped_up(card, application)))


def _caps(card: PatientCard, orders: Sequence[PaymentOrder]) -> CardCaps:
    newest = sorted(orders, key=lambda order: (order.paid_at or order.created_at, order.pk), reverse=True)
    return CardCaps(balance_of(card), tuple(newest))


def shares_of(caps: CardCaps, amount_fen: int) -> list[Share]:
    """Which order gives how much; errors as CardCaps.check."""
    caps.check(amount_fen)
    return allocate(amount_fen, caps.paid)


def check_route(hospital: Hospital) -> None:
    """RefundAtCounter where the hospital gives no card's balance back online."""
    if settings.CARD_REFUND_ROUTE.of(hospital) == RefundRoute.COUNTER_CASH:
        raise errors.RefundAtCounter(bring=settings.REFUND_COUNTER_NOTE.of(hospital))


def refund_card(
    *,
    card: PatientCard,
    amount_fen: int,
    reason: str,
    application: str,
    account: WeChatAccount | None = None,
    channels: Collection[str] | None = None,
    check: Callable[[str, int], None] | None = None,
) -> RefundRequest:
    """The patient's own refund, by the way the money came. RefundAtCounter; errors as CardCaps.check.

    `channels`: of what came by these alone; `check` may refuse what goes back through one of them.
    """
    check_route(card.hospital)
    request = RefundRequest(
        hospital_id=card.hospital_id,
        patient_id=card.patient_id,
        card=card,
        application=application,
        account=account,
        amount_fen=amount_fen,
        reason=reason,
        state=RefundRequestState.EXECUTING,
        executed_at=clock.now(),
    )
    with within_balance(card, application), transaction.atomic():
        request.save(force_insert=True)
        move_card_money(
            request, card, cause=RefundCause.PATIENT, application=application, channels=channels, check=check
        )
        store.finish_with(request.pk)
    return request


@contextmanager
def within_balance(card: PatientCard, application: str | None) -> Iterator[None]:
    """RefundExceedsBalance when the card is spent while the refund is being decided: the ledger is the last line."""
    try:
        yield
    except InsufficientBalance as error:
        allowed = caps_of(card, application).maximum_fen
        raise errors.RefundExceedsBalance(field="amount_fen", allowed_fen=allowed) from error


def move_card_money(
    request: RefundRequest,
    card: PatientCard,
    *,
    cause: RefundCause,
    application: str | None,
    staff: StaffMember | None = None,
    channels: Collection[str] | None = None,
    check: Callable[[str, int], None] | None = None,
) -> None:
    """Decide the refunds of a request about a card; within the caller's transaction and `within_balance`.

    The orders are locked in key order before any cap is looked at, accounts after them, as paying does.
    """
    orders = {order.pk: order for order in lock_rows(topped_up(card, application, channels))}
    wanted = RefundRoute(settings.CARD_REFUND_ROUTE.of(card.hospital))
    shares = shares_of(_caps(card, list(orders.values())), request.amount_fen)
    if check is not None:
        _check_channels(orders, shares, check)
    line_of = dict(lines_for(SUBJECT, *orders).values_list("order_id", "pk"))
    for share in shares:
        order = orders[share.order_id]
        create_refund(
            order=order,
            parts=[RefundPart(line_of[order.pk], share.amount_fen)],
            cause=cause,
            reason=request.reason,
            route=refund_route(order, wanted),
            application=request.application,
            staff=staff,
            account=request.account,
            decision_id=request.pk,
        )


def _check_channels(
    orders: Mapping[UUID, PaymentOrder], shares: Sequence[Share], check: Callable[[str, int], None]
) -> None:
    """Each channel with all that goes back through it."""
    sums: Counter[str] = Counter()
    for share in shares:
        sums[orders[share.order_id].channel] += share.amount_fen
    for channel in sorted(sums):
        check(channel, sums[channel])
