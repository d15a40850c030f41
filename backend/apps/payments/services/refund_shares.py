"""Which payment of an order a refund comes out of, and by which way it goes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from apps.payments import errors
from apps.payments.drawers import CASH
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund, RefundRoute
from apps.payments.states import AttemptState, RefundState
from kernel.money import fen_to_yuan


@dataclass(frozen=True, slots=True)
class Share:
    """What goes back of one payment, in fen by line."""

    attempt: PaymentAttempt
    amounts: dict[UUID, int]


def shares_of(order: PaymentOrder, amounts: Mapping[UUID, int]) -> list[Share]:
    """The newest tender gives first, as far as it still holds; under the order's lock. `amounts`: fen by line.

    RefundExceedsPaid when all of them hold less.
    """
    paid = PaymentAttempt.objects.filter(order=order, state=AttemptState.SUCCEEDED)
    newest = list(paid.order_by("-held_at", "-pk"))
    if not newest[0].is_leg:
        return [Share(newest[0], dict(amounts))]
    wanted = dict(amounts)
    shares = [Share(leg, _take(wanted, left)) for leg, left in _left(newest)]
    if wanted:
        left = sum(amounts.values()) - sum(wanted.values())
        raise errors.RefundExceedsPaid(left_yuan=fen_to_yuan(left), left_fen=left)
    return [share for share in shares if share.amounts]


def way_of(attempt: PaymentAttempt, wanted: RefundRoute, *, by_clerk: bool) -> RefundRoute:
    """A tender goes back as it came: cash out of the hands of a clerk, or of one who will be there."""
    if not attempt.is_leg:
        return wanted
    return RefundRoute.COUNTER_CASH if attempt.channel == CASH and by_clerk else RefundRoute.ORIGINAL


def _left(legs: list[PaymentAttempt]) -> list[tuple[PaymentAttempt, int]]:
    gone = Refund.objects.filter(attempt__in=legs).exclude(state=RefundState.CANCELLED)
    sums = dict(gone.order_by().values_list("attempt").annotate(Sum("amount_fen")))
    return [(leg, leg.paid_fen - sums.get(leg.pk, 0)) for leg in legs]


def _take(wanted: dict[UUID, int], left: int) -> dict[UUID, int]:
    """Out of `wanted`, line by line, as much as is left."""
    taken: dict[UUID, int] = {}
    for line, amount in list(wanted.items()):
        part = min(amount, left)
        if part:
            taken[line], left = part, left - part
            wanted[line] -= part
        if not wanted[line]:
            del wanted[line]
    return taken
