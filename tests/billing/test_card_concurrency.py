"""Real connections at once: refunds racing each other, racing payments out of the card, racing top-ups."""

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from apps.access.services.sync import sync_access
from apps.billing.errors import RefundExceedsBalance, RefundExceedsOnlineTotal
from apps.billing.models import CardTopUp, RefundRequest
from apps.billing.services.card_refund import refund_card
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.refund_execution import execute
from apps.billing.services.refund_requests import request_card
from apps.payments.errors import InsufficientBalance
from apps.payments.models import PaymentOrder, Refund
from apps.payments.models.ledger import LedgerEntry
from kernel import clock
from kernel.errors import DomainError, StateConflict
from tests.billing.refund_support import configure, held, pay_online, spend, top_up
from tests.billing.support import NOW, at_once
from tests.support.world import World, build_world

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.requirement("PAY-06"), pytest.mark.requirement("PAY-07"),
]  # fmt: skip


@pytest.fixture
def clinic() -> Iterator[World]:
    """The world at NOW, committed, so that other connections see it."""
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def give_back(world: World, fen: int) -> RefundRequest:
    return refund_card(
        card=world.cards["patient_a"], amount_fen=fen, reason="", application="miniprogram",
        account=world.accounts["patient_a"],
    )  # fmt: skip


def at_window(world: World, fen: int) -> RefundRequest:
    clerk = world.staff["clerk"]
    made = request_card(card=world.cards["patient_a"], amount_fen=fen, reason="x", staff=clerk)
    return execute(made, staff=world.staff["admin1"])


def check(world: World, topped_up: int, spent: int) -> None:
    """Nothing was lost, nothing was given twice, every transaction sums to zero."""
    back = sum(Refund.objects.values_list("amount_fen", flat=True))
    assert held(world) == topped_up - spent - back >= 0
    orders = PaymentOrder.objects.filter(scene="card_top_up")
    assert all(0 <= order.refunded_fen <= order.amount_fen for order in orders)
    assert sum(order.refunded_fen for order in orders) == back
    sums: dict[Any, int] = {}
    for entry in LedgerEntry.objects.all():
        sums[entry.transaction_id] = sums.get(entry.transaction_id, 0) + entry.amount_fen
    assert set(sums.values()) == {0}


def unexpected(results: list[Any]) -> list[Any]:
    return [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]


def test_of_many_refunds_of_the_whole_balance_one_succeeds(clinic: World) -> None:
    for fen in (3_000, 2_000, 1_000):
        top_up(clinic, fen)
    results = at_once([partial(give_back, clinic, 6_000)] * 12)
    assert sum(isinstance(r, RefundRequest) for r in results) == 1, results
    refused = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(r, (RefundExceedsBalance, RefundExceedsOnlineTotal)) for r in refused), refused
    assert all(r.extra["allowed_fen"] == 0 for r in refused)
    assert held(clinic) == 0
    check(clinic, 6_000, 0)


def test_many_small_refunds_together_give_back_exactly_what_there_is(clinic: World) -> None:
    for fen in (1_000, 700, 300):
        top_up(clinic, fen)
    jobs = [partial(give_back, clinic, 150), partial(at_window, clinic, 150)] * 10
    results = at_once(jobs)
    assert not unexpected(results)
    assert sum(isinstance(r, RefundRequest) for r in results) == 2_000 // 150
    check(clinic, 2_000, 0)


def test_refunds_and_payments_out_of_the_card_never_overdraw_it(clinic: World) -> None:
    dice = random.Random(5)
    amounts = [2_000, 1_500, 500]
    for fen in amounts:
        top_up(clinic, fen)
    # neither kind can empty the card alone, so some of both succeed; together they ask for more than there is
    sizes = [dice.randint(150, 300) for _ in range(24)]
    assert max(sum(sizes[::2]), sum(sizes[1::2])) + max(sizes) <= sum(amounts) < sum(sizes)
    jobs = [partial(spend if number % 2 else give_back, clinic, fen) for number, fen in enumerate(sizes)]
    results = at_once(jobs)
    assert not unexpected(results), unexpected(results)
    refused = [r for r in results if isinstance(r, Exception)]
    allowed = (RefundExceedsBalance, RefundExceedsOnlineTotal, InsufficientBalance)
    assert all(isinstance(r, allowed) for r in refused), refused
    assert not any(isinstance(r, InsufficientBalance) for r in results[::2]), "a refund says what is allowed"
    spent = sum(r.amount_fen for r in results if isinstance(r, PaymentOrder))
    assert spent
    assert any(isinstance(r, RefundRequest) for r in results)
    check(clinic, sum(amounts), spent)


def test_a_request_that_is_executed_many_times_at_once_moves_the_money_once(clinic: World) -> None:
    top_up(clinic, 2_000, application="window", channel="cash")
    clerk = clinic.staff["clerk"]
    made = request_card(card=clinic.cards["patient_a"], amount_fen=500, reason="x", staff=clerk)
    results = at_once([partial(execute, made, staff=clinic.staff["admin1"])] * 8)
    assert sum(isinstance(r, RefundRequest) for r in results) == 1
    assert sum(isinstance(r, StateConflict) for r in results) == 7, results
    assert Refund.objects.get().state == "succeeded"
    check(clinic, 2_000, 0)


def test_top_ups_that_are_posted_at_once_stay_within_the_limit_of_the_card(clinic: World) -> None:
    configure(clinic, billing__card_top_up_enabled=True, billing__card_max_balance_fen=5_000)
    card, account = clinic.cards["patient_a"], clinic.accounts["patient_a"]
    ask = {"card": card, "amount_fen": 2_000, "application": "miniprogram", "account": account}
    made = [open_top_up(**ask).order for _ in range(6)]  # type: ignore[arg-type]
    results = at_once([partial(pay_online, order) for order in made if order])
    assert not unexpected(results)
    assert held(clinic) == 4_000
    assert CardTopUp.objects.filter(state="credited").count() == 2
    assert PaymentOrder.objects.filter(state="returning").count() == 4
