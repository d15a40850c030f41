"""Tenders at the same moment, over real connections: never more than the order, nothing lost, nothing counted twice."""

from functools import partial
from typing import Any

import pytest

from apps.payments.channels.base import PayMethod, TradeResult, TradeState
from apps.payments.errors import CashLast, InsufficientBalance, OrderExpired, TenderExceedsRest
from apps.payments.models import (
    AccountKind,
    CloseCause,
    PaymentAttempt,
    PaymentOrder,
    Refund,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.advance_order import advance_order, give_up
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.record_payment import record_paid
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.services.show_code import show_code
from kernel.errors import StateConflict
from tests.payments.support import Till
from tests.payments.tenders import WHOLE, legs, money, nothing_is_left, order_of
from tests.payments.test_counter import fill_card
from tests.scheduling.support import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CLN-08")]
REFUSED = (TenderExceedsRest, CashLast, StateConflict, InsufficientBalance, OrderExpired)


def none_failed(results: list[Any], *allowed: type[Exception]) -> int:
    """How many were not refused."""
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, allowed)]
    assert not unexpected, unexpected
    return sum(not isinstance(result, Exception) for result in results)


def slip(till: Till, order: PaymentOrder, number: int, amount_fen: int) -> Any:
    return partial(
        pay_at_counter, order=order, channel="pos", staff=till.world.staff["clerk"], reference=f"S{number}",
        amount_fen=amount_fen,
    )  # fmt: skip


def rest(till: Till) -> None:
    till.work()
    for _ in range(3):
        till.later(minutes=6)
        till.work()


def test_slips_at_the_same_moment_hold_no_more_than_the_order(till: Till) -> None:
    order = order_of(till)
    results = at_once([slip(till, order, number, 5_000) for number in range(8)])
    assert none_failed(results, *REFUSED) == 2
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("pending", 10_000)
    assert pay_at_counter(order=order, channel="cash", staff=till.world.staff["clerk"]).state == "posted"
    assert money(till, AccountKind.REVENUE) == WHOLE
    nothing_is_left(till)


def test_two_tenders_that_complete_it_at_once_pay_it_once(till: Till) -> None:
    fill_card(till, WHOLE)
    order = order_of(till)
    slip(till, order, 0, 5_000)()
    cash = partial(pay_at_counter, order=order, channel="cash", staff=till.world.staff["clerk"])
    card = partial(
        pay_from_card, order=order, card=till.world.cards["patient_a"], staff=till.world.staff["clerk"]
    )
    assert none_failed(at_once([cash, card, slip(till, order, 1, 7_000)] * 2), *REFUSED) == 1
    order.refresh_from_db()
    assert order.state == "posted"
    assert {leg[1] for leg in legs(order)} == {"succeeded"} and sum(leg[2] for leg in legs(order)) == WHOLE
    nothing_is_left(till)


def test_a_tender_at_the_moment_of_the_end_is_held_or_refused_and_all_goes_back(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    card = partial(
        pay_from_card, order=order, card=till.world.cards["patient_a"], staff=till.world.staff["clerk"],
        amount_fen=1_000,
    )  # fmt: skip
    card()
    order.refresh_from_db()
    till.move_to(order.expires_at)
    jobs: list[Any] = [
        card,
        partial(advance_order, order.pk),
        partial(give_up, order, cause=CloseCause.GIVEN_UP),
    ]
    none_failed(at_once(jobs * 3), *REFUSED)
    rest(till)
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("closed", 0)
    assert {leg[1] for leg in legs(order)} == {"returned"}
    assert money(till, AccountKind.CARD_BALANCE, str(till.world.cards["patient_a"].pk)) == 3_000
    nothing_is_left(till)


def test_a_codes_success_and_the_orders_end_at_once_end_in_a_return_or_a_hold(till: Till) -> None:
    till.offer("alipay")
    order = order_of(till)
    attempt = show_code(
        order=order,
        channel="wechat_pay",
        method=PayMethod.QR_CODE,
        staff=till.world.staff["clerk"],
        amount_fen=5_000,
    )
    till.confirm(attempt)
    number = till.sandbox.trade("wechat_pay", attempt.out_trade_no)["transaction_id"]
    trade = TradeResult(TradeState.PAID, attempt.out_trade_no, amount_fen=5_000, transaction_id=number)
    order.refresh_from_db()
    till.move_to(order.expires_at)
    jobs: list[Any] = [partial(record_paid, attempt.pk, trade), partial(advance_order, order.pk)]
    none_failed(at_once(jobs * 4), *REFUSED)
    rest(till)
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("closed", 0)
    assert Refund.objects.get().amount_fen == 5_000, "it went back once"
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    nothing_is_left(till)


def test_refunds_at_once_take_of_a_tender_what_it_holds(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    pay_from_card(
        order=order, card=till.world.cards["patient_a"], staff=till.world.staff["clerk"], amount_fen=3_000
    )
    pay_at_counter(order=order, channel="cash", staff=till.world.staff["clerk"])
    line = order.lines.order_by("position").last()
    assert line is not None
    back = partial(
        create_refund, order=order, parts=[RefundPart(line.pk, 1_000)], cause=RefundCause.CANCELLED, reason="",
        route=RefundRoute.ORIGINAL,
    )  # fmt: skip
    made = none_failed(at_once([back] * 8), Exception)
    assert made == line.amount_fen // 1_000
    for attempt in PaymentAttempt.objects.filter(order=order):
        assert sum(attempt.refunds.values_list("amount_fen", flat=True)) <= attempt.paid_fen
