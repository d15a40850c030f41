"""Money taken at the window, and out of a card's balance."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from apps.billing.models import Bill
from apps.payments.channels.base import PayMethod
from apps.payments.models import AccountKind, PaymentAttempt, PaymentOrder
from apps.payments.services import counter, ledger
from apps.payments.services.advance_order import advance_order
from apps.payments.services.ledger import Account, Movement, balance
from apps.scheduling.models import Appointment
from tests.payments.support import Till
from tests.scheduling.support import ADMIN, code


def settle(till: Till, order: PaymentOrder, body: dict[str, Any], who: str = "clerk", key: str = "") -> Any:
    return till.world.client(who).post(
        f"{ADMIN}/payment-orders/{order.pk}/settle",
        body,
        format="json",
        HTTP_IDEMPOTENCY_KEY=key or uuid4().hex,
    )


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def fill_card(till: Till, amount_fen: int) -> None:
    """The card of patient A holds so much."""
    card = str(till.world.cards["patient_a"].pk)
    movements = [
        Movement(Account(AccountKind.CLEARING, "cash"), amount_fen),
        Movement(Account(AccountKind.CARD_BALANCE, card), -amount_fen),
    ]
    with transaction.atomic():
        ledger.post(hospital_id=till.world.h1.pk, key=uuid4().hex, kind="opening", movements=movements)


@pytest.mark.requirement("PAY-01", "BOOK-10")
def test_cash_for_an_order_is_posted_at_once_under_the_clerks_name(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    answer = settle(till, order, {"channel": "cash", "tendered_fen": 5_000})
    assert (answer.status_code, answer.json()["state"]) == (200, "posted")
    attempt = PaymentAttempt.objects.get()
    assert (attempt.taken_by, attempt.tendered_fen) == (till.world.staff["clerk"], 5_000)
    assert Appointment.objects.get(pk=held["id"]).payment_status == "paid_at_counter"
    assert money(till, AccountKind.CLEARING, "cash") == 2_000 == money(till, AccountKind.REVENUE)


@pytest.mark.requirement("PAY-01")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"channel": "cash", "tendered_fen": 1_999}, (400, "validation_error")),
        ({"channel": "pos"}, (400, "validation_error")),
        ({"channel": "wechat_pay"}, (400, "validation_error")),
        ({"channel": "card_balance"}, (400, "validation_error")),
        ({"channel": "cash", "tendered_fen": 1.5}, (400, "validation_error")),
        ({"channel": "cash", "tendered_fen": -1}, (400, "validation_error")),
        ({"channel": "cash", "tendered_fen": 10**12}, (400, "validation_error")),
        ({"channel": "cash", "currency": "USD"}, (400, "validation_error")),
    ],
)
def test_a_wrong_settlement_takes_nothing(
    till: Till, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    answer = settle(till, order, body)
    assert (answer.status_code, answer.json()["code"] in (expected[1], "validation_error")) == (
        expected[0],
        True,
    )
    assert not PaymentAttempt.objects.exists()
    assert PaymentOrder.objects.get(pk=order.pk).state == "pending"


@pytest.mark.requirement("PAY-01")
def test_one_settlement_counts_once(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    assert settle(till, order, {"channel": "cash"}, key="same").status_code == 200
    assert settle(till, order, {"channel": "cash"}, key="same")["Idempotency-Replayed"] == "true"
    assert code(settle(till, order, {"channel": "cash"})) == (409, "state_conflict")
    assert money(till, AccountKind.CLEARING, "cash") == 2_000


@pytest.mark.requirement("PAY-01", "PAY-09")
def test_a_card_pays_no_more_than_it_holds(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    fill_card(till, 1_999)
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay-with-card")) == (
        409,
        "insufficient_balance",
    )
    assert not PaymentAttempt.objects.exists()
    fill_card(till, 2)
    answer = till.post("patient_a", f"payment-orders/{order.pk}/pay-with-card")
    assert (answer.status_code, answer.json()["state"]) == (200, "posted")
    assert money(till, AccountKind.CARD_BALANCE, str(till.world.cards["patient_a"].pk)) == 1
    assert Appointment.objects.get(pk=held["id"]).payment_status == "paid_online"


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_a_fee_settled_with_the_appointment_is_written_down_once(till: Till) -> None:
    held = till.hold()
    path = f"{ADMIN}/appointments/{held['id']}/settle"
    assert till.world.client("clerk").post(path, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    till.work()
    order = PaymentOrder.objects.get()
    assert (order.state, order.channel, order.application) == ("posted", "cash", "window")
    assert PaymentAttempt.objects.get().taken_by == till.world.staff["clerk"]
    assert money(till, AccountKind.CLEARING, "cash") == 2_000
    assert Bill.objects.get().status == "paid"


@pytest.mark.requirement("PAY-09")
def test_an_order_says_how_it_came_about_and_is_found_by_it(till: Till) -> None:
    held, other = till.hold(), till.hold("patient_b", start="14:00", end="15:00")
    order = till.checkout("patient_b", other["id"])
    assert order.origin == "online"
    path = f"{ADMIN}/appointments/{held['id']}/settle"
    assert till.world.client("clerk").post(path, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    till.work()
    admin = till.world.client("admin1")
    for origin, channel in (("recorded", "cash"), ("online", "")):
        (row,) = admin.get(f"{ADMIN}/payment-orders?origin={origin}").json()["results"]
        assert (row["origin"], row["channel"], row["close_cause"], row["return_cause"]) == (
            origin,
            channel,
            "",
            "",
        )
    assert admin.get(f"{ADMIN}/payment-orders?return_cause=refused").json()["results"] == []
    (row,) = admin.get(f"{ADMIN}/payment-orders?method=recorded").json()["results"]
    assert row["origin"] == "recorded"
    assert admin.get(f"{ADMIN}/payment-orders?method=counter").json()["results"] == []


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_a_fee_that_a_clerk_takes_of_the_patients_own_order_is_an_attempt_of_its_own_kind(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    path = f"{ADMIN}/appointments/{held['id']}/settle"
    assert till.world.client("clerk").post(path, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    till.work()
    order.refresh_from_db()
    assert (order.state, order.channel, order.origin) == ("posted", "cash", "online")
    attempt = PaymentAttempt.objects.get(order=order)
    assert (attempt.method, attempt.state) == ("recorded", "succeeded")
    found = till.world.client("admin1").get(f"{ADMIN}/payment-orders?method=recorded").json()["results"]
    assert [row["id"] for row in found] == [str(order.pk)]


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_cash_that_was_given_back_is_written_down_too(till: Till) -> None:
    held = till.hold()
    client = till.world.client("clerk")
    assert (
        client.post(f"{ADMIN}/appointments/{held['id']}/settle", HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    )
    till.work()
    answer = client.post(
        f"{ADMIN}/appointments/{held['id']}/reverse-settlement",
        {"reason": "收错"},
        format="json",
        HTTP_IDEMPOTENCY_KEY="r",
    )
    assert answer.status_code == 200, answer.content
    till.work()
    assert money(till, AccountKind.CLEARING, "cash") == 0 == money(till, AccountKind.REVENUE)
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 0


@pytest.mark.requirement("PAY-08", "BOOK-10")
def test_a_fee_taken_in_cash_while_the_patient_pays_online_is_charged_once(till: Till) -> None:
    held = till.hold()
    attempt = till.prepay("patient_a", till.checkout("patient_a", held["id"]))
    path = f"{ADMIN}/appointments/{held['id']}/settle"
    assert till.world.client("clerk").post(path, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    till.confirm(attempt)
    till.deliver()
    till.work()
    for _ in range(4):
        till.later(minutes=1)
        till.work()
    assert Appointment.objects.get(pk=held["id"]).payment_status == "paid_at_counter"
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 0
    assert money(till, AccountKind.CLEARING, "cash") == 2_000 == money(till, AccountKind.REVENUE)


@pytest.mark.requirement("PAY-09", "BOOK-10")
def test_what_a_clerk_takes_is_posted_in_the_request_however_fast_a_worker_is(till: Till) -> None:
    """A worker that is told of the order before the request goes on leaves it to the request."""
    order = till.checkout("patient_a", till.hold()["id"])
    counter._take(order.pk, counter._Taken("cash", PayMethod.COUNTER, till.world.staff["clerk"].pk))
    advance_order(order.pk)
    order.refresh_from_db()
    assert order.state == "paid_unposted"
    assert counter._posted(order).state == "posted"


@pytest.mark.requirement("PAY-09")
def test_what_a_clerk_took_is_posted_by_a_worker_if_the_request_died(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    counter._take(order.pk, counter._Taken("cash", PayMethod.COUNTER, till.world.staff["clerk"].pk))
    till.later(seconds=61)
    advance_order(order.pk)
    order.refresh_from_db()
    assert order.state == "posted"
