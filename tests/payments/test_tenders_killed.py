"""A process that is killed between two tenders: what is committed is held, and the order comes to its end by itself."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.payments.channels.base import PayMethod
from apps.payments.models import AccountKind, CloseCause, PaymentAttempt, PaymentOrder
from apps.payments.services.advance_order import give_up
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.show_code import show_code
from tests.payments.support import Till
from tests.payments.tenders import WHOLE, legs, money, nothing_is_left, order_of
from tests.payments.test_counter import fill_card

pytestmark = [
    pytest.mark.requirement("CLN-08"),
    pytest.mark.thorough,
    pytest.mark.django_db(transaction=True),
]


def killed_at(point: str, step: Callable[[], Any], folder: Path) -> None:
    """A process that dies there."""
    faults = folder / "faults"
    faults.write_text(point)
    child = os.fork()
    if not child:
        connection.connection = None  # the parent's
        os.environ["YIHUI_FAULT_FILE"] = str(faults)
        try:
            step()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come to that point"


def rest(till: Till) -> None:
    till.work()
    for _ in range(4):
        till.later(minutes=6)
        till.work()


@pytest.fixture
def order(till: Till) -> PaymentOrder:
    """3 000 of the card and 1 000 of it again are held."""
    fill_card(till, WHOLE)
    order = order_of(till)
    for part in (3_000, 1_000):
        pay_from_card(
            order=order, card=till.world.cards["patient_a"], staff=till.world.staff["clerk"], amount_fen=part
        )
    order.refresh_from_db()
    return order


def all_is_back(till: Till, order: PaymentOrder) -> None:
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("closed", 0)
    assert {state for _, state, _ in legs(order)} <= {"returned", "closed", "failed"}
    assert money(till, AccountKind.CARD_BALANCE, str(till.world.cards["patient_a"].pk)) == WHOLE
    nothing_is_left(till)


def test_a_leg_that_was_taken_is_held_and_goes_back_in_time(
    till: Till, order: PaymentOrder, tmp_path: Path
) -> None:
    clerk, card = till.world.staff["clerk"], till.world.cards["patient_a"]
    killed_at(
        "counter.taken",
        partial(pay_from_card, order=order, card=card, staff=clerk, amount_fen=2_000),
        tmp_path,
    )
    order.refresh_from_db()
    assert (order.state, order.held_fen) == ("pending", 6_000)
    rest(till)
    all_is_back(till, order)


@pytest.mark.parametrize("point", ["pay.begun", "pay.asked", "pay.opened"])
def test_a_code_that_nobody_was_shown_keeps_nothing(
    till: Till, order: PaymentOrder, tmp_path: Path, point: str
) -> None:
    clerk = till.world.staff["clerk"]
    ask = partial(
        show_code, order=order, channel="wechat_pay", method=PayMethod.QR_CODE, staff=clerk, amount_fen=5_000
    )
    killed_at(point, ask, tmp_path)
    rest(till)
    all_is_back(till, order)


@pytest.mark.parametrize("point", ["give_up.noted", "close.asked", "tender.returned"])
def test_an_end_that_was_begun_is_brought_about(
    till: Till, order: PaymentOrder, tmp_path: Path, point: str
) -> None:
    killed_at(point, partial(give_up, order, cause=CloseCause.GIVEN_UP_BY_STAFF), tmp_path)
    assert {state for _, state, _ in legs(order)} == {"held"}, "all of them or none"
    rest(till)
    all_is_back(till, order)


@pytest.mark.parametrize("point", ["tender.completed", "counter.taken"])
def test_the_last_tender_pays_with_all_others_or_not_at_all(
    till: Till, order: PaymentOrder, tmp_path: Path, point: str
) -> None:
    cash = partial(pay_at_counter, order=order, channel="cash", staff=till.world.staff["clerk"])
    killed_at(point, cash, tmp_path)
    states = set(PaymentAttempt.objects.values_list("state", flat=True))
    assert states == ({"held"} if point == "tender.completed" else {"succeeded"})
    rest(till)
    if point == "tender.completed":
        all_is_back(till, order)
        return
    order.refresh_from_db()
    assert (order.state, money(till, AccountKind.REVENUE)) == ("posted", WHOLE)
    nothing_is_left(till)
