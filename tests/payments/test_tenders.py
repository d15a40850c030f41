"""组合支付 at the window: what is held, when it pays, and how it goes back, to the fen."""

from typing import Any

import pytest

from apps.billing.models import Bill
from apps.payments.models import AccountKind, LedgerEntry, PaymentAttempt, PaymentOrder, Refund
from tests.payments.support import Till
from tests.payments.tenders import (
    WHOLE,
    everything,
    legs,
    money,
    nothing_is_left,
    opened_again,
    order_of,
    pieces,
    settle,
)
from tests.payments.test_counter import fill_card
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


def post(till: Till, path: str, body: Any = None, who: str = "clerk", key: str = "k") -> Any:
    return till.world.client(who).post(f"{ADMIN}/{path}", body or {}, "json", HTTP_IDEMPOTENCY_KEY=key)


def test_tenders_pay_an_order_once_the_last_fen_is_there(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    answer = settle(till, order, "pos", amount_fen=4_000)
    assert (answer.status_code, answer.json()["state"], answer.json()["held_fen"]) == (200, "pending", 4_000)
    assert settle(till, order, "card_balance", amount_fen=3_000).json()["held_fen"] == 7_000
    assert Bill.objects.filter(status="paid").count() == 0
    answer = settle(till, order, "cash", tendered_fen=10_000)
    told = answer.json()
    assert (told["state"], told["channel"], told["held_fen"]) == ("posted", "mixed", 0)
    names = ("channel", "amount_fen", "tendered_fen", "change_fen")
    assert [tuple(row[name] for name in names) for row in told["attempts"]] == [
        ("pos", 4_000, 4_000, 0), ("card_balance", 3_000, 0, 0), ("cash", 5_000, 10_000, 5_000),
    ]  # fmt: skip
    assert {(row["state"], row["is_leg"]) for row in told["attempts"]} == {("succeeded", True)}
    assert money(till, AccountKind.CLEARING, "pos") == 4_000
    assert money(till, AccountKind.CLEARING, "cash") == 5_000 + 3_000, "what filled the card, too"
    assert money(till, AccountKind.CARD_BALANCE, str(till.world.cards["patient_a"].pk)) == 0
    assert money(till, AccountKind.REVENUE) == WHOLE
    assert Bill.objects.filter(status="paid", channel="mixed").count() == 2
    nothing_is_left(till)


def test_one_payment_of_all_of_it_is_what_it_was(till: Till) -> None:
    order = order_of(till)
    told = settle(till, order, "cash", amount_fen=WHOLE, tendered_fen=12_345).json()
    assert (told["state"], told["channel"]) == ("posted", "cash")
    (attempt,) = told["attempts"]
    assert (attempt["is_leg"], attempt["held_at"], attempt["change_fen"]) == (False, None, 345)


@pytest.mark.parametrize(
    ("channel", "body", "expected"),
    [
        ("pos", {"amount_fen": 8_001}, (409, "tender_exceeds_rest")),
        ("pos", {"amount_fen": 0}, (400, "validation_error")),
        ("pos", {"amount_fen": 1_000, "tendered_fen": 1_001}, (400, "validation_error")),
        ("pos", {"amount_fen": 1_000, "reference": ""}, (400, "validation_error")),
        ("pos", {"amount_fen": 1_000, "reference": "SLIP1"}, (409, "duplicate")),
        ("cash", {"amount_fen": 7_999}, (409, "cash_last")),
        ("cash", {"tendered_fen": 7_999}, (400, "validation_error")),
        ("card_balance", {"amount_fen": 1}, (409, "insufficient_balance")),
        ("wechat_pay", {"amount_fen": 1}, (400, "validation_error")),
    ],
)
def test_a_tender_that_is_refused_changes_nothing(
    till: Till, channel: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    order = order_of(till)
    assert settle(till, order, "pos", amount_fen=4_000, reference="SLIP1").status_code == 200
    before = everything(till)
    answer = settle(till, order, channel, **body)
    assert (answer.status_code, answer.json()["code"]) == expected, answer.content
    assert everything(till) == before


def test_the_fifth_tender_brings_what_is_left(till: Till) -> None:
    order = order_of(till)
    for _ in range(4):
        assert settle(till, order, "pos", amount_fen=1_000).status_code == 200
    before = everything(till)
    assert code(settle(till, order, "pos", amount_fen=1_000)) == (409, "too_many_tenders")
    assert everything(till) == before
    assert settle(till, order, "cash").json()["state"] == "posted"


def test_one_tender_counts_once(till: Till) -> None:
    order = order_of(till)
    body = {"amount_fen": 4_000, "reference": "SLIP1", "key": "same"}
    assert settle(till, order, "pos", **body).json()["held_fen"] == 4_000
    again = settle(till, order, "pos", **body)
    assert again["Idempotency-Replayed"] == "true" and again.json()["held_fen"] == 4_000
    assert code(settle(till, order, "pos", **body | {"amount_fen": 5_000})) == (422, "idempotency_key_reused")
    assert legs(order) == [("pos", "held", 4_000)]


def test_what_is_held_goes_back_by_its_own_way_after_fifteen_minutes(till: Till) -> None:
    fill_card(till, 3_000)
    card = str(till.world.cards["patient_a"].pk)
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    till.later(minutes=10)
    settle(till, order, "card_balance", amount_fen=3_000)
    till.later(minutes=14)
    till.work()
    assert PaymentOrder.objects.get().state == "pending"
    till.later(minutes=1, seconds=1)
    till.work()
    order.refresh_from_db()
    assert (order.state, order.close_cause, order.held_fen) == ("closed", "expired", 0)
    assert legs(order) == [("pos", "returned", 4_000), ("card_balance", "returned", 3_000)]
    assert pieces(order) == [
        ("pos", "original", "failed", 4_000), ("card_balance", "original", "succeeded", 3_000),
    ]  # fmt: skip
    assert set(Refund.objects.values_list("cause", flat=True)) == {"incomplete"}
    assert money(till, AccountKind.CARD_BALANCE, card) == 3_000
    slip = Refund.objects.get(state="failed")
    assert slip.error == "at_counter"
    answer = post(till, f"refunds/{slip.pk}/void-slip", {"reference": "VOID1"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["channel_refund_id"]) == (200, "succeeded", "VOID1")
    assert money(till, AccountKind.CLEARING, "pos") == 0
    nothing_is_left(till)
    assert Bill.objects.filter(status="issued").count() == 2
    again = opened_again(till)
    assert again.pk != order.pk and settle(till, again, "cash").json()["state"] == "posted"


def test_giving_up_the_order_gives_back_what_is_held(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    settle(till, order, "card_balance", amount_fen=3_000)
    assert post(till, f"payment-orders/{order.pk}/cancel").json()["state"] == "closed"
    till.work()
    assert pieces(order) == [("card_balance", "original", "succeeded", 3_000)]
    nothing_is_left(till)


def test_a_slip_is_voided_once_and_only_where_it_waits(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    post(till, f"payment-orders/{order.pk}/cancel")
    refund = Refund.objects.get()
    assert code(post(till, f"refunds/{refund.pk}/void-slip", {"reference": "V"}, key="1")) == (
        409,
        "state_conflict",
    )
    till.work()
    assert code(post(till, f"refunds/{refund.pk}/void-slip", {}, key="2"))[0] == 400
    assert post(till, f"refunds/{refund.pk}/void-slip", {"reference": "V"}, key="3").status_code == 200
    assert code(post(till, f"refunds/{refund.pk}/void-slip", {"reference": "V"}, key="4")) == (
        409,
        "state_conflict",
    )
    assert code(post(till, f"refunds/{refund.pk}/pay-out", key="5")) == (409, "state_conflict")
    nothing_is_left(till)


def test_the_patients_telephone_does_not_pay_beside_tenders(till: Till) -> None:
    fill_card(till, WHOLE)
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    before = everything(till)
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay", {"channel": "wechat_pay"})) == (
        409, "tenders_at_work",
    )  # fmt: skip
    assert code(till.post("patient_a", f"payment-orders/{order.pk}/pay-with-card")) == (
        409,
        "tenders_at_work",
    )
    assert everything(till) == before


def test_who_began_to_pay_all_of_it_before_pays_it_and_the_tenders_go_back(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    attempt = till.prepay("patient_a", order)
    till.confirm(attempt)
    settle(till, order, "card_balance", amount_fen=3_000)
    till.deliver()
    till.work()
    order.refresh_from_db()
    assert (order.state, order.channel, order.held_fen) == ("posted", "wechat_pay", 0)
    assert pieces(order) == [("card_balance", "original", "succeeded", 3_000)]
    assert Refund.objects.get().cause == "overpayment"
    nothing_is_left(till)


def test_a_payment_of_all_of_it_that_was_only_begun_is_closed_at_the_channel(till: Till) -> None:
    order = order_of(till)
    attempt = till.prepay("patient_a", order)
    settle(till, order, "pos", amount_fen=4_000)
    till.work()
    attempt.refresh_from_db()
    assert attempt.state == "closed"
    assert settle(till, order, "cash").json()["state"] == "posted"


def test_the_time_of_a_held_number_is_not_prolonged(till: Till) -> None:
    held = till.hold()
    order = till.checkout("patient_a", held["id"])
    until = order.expires_at
    till.later(minutes=3)
    settle(till, order, "pos", amount_fen=500)
    order.refresh_from_db()
    assert order.expires_at == until
    assert settle(till, order, "cash").json()["state"] == "posted"


def test_every_leg_is_posted_as_any_payment(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    assert money(till, AccountKind.UNPOSTED) == 4_000 == money(till, AccountKind.CLEARING, "pos")
    settle(till, order, "cash", tendered_fen=20_000)
    rows = LedgerEntry.objects.filter(transaction__order_id=order.pk).order_by("id")
    told = list(rows.values_list("transaction__kind", "account__kind", "account__owner", "amount_fen"))
    assert sorted(told) == sorted([
        ("paid", "clearing", "pos", 4_000), ("paid", "unposted_receipts", "", -4_000),
        ("paid", "clearing", "cash", 8_000), ("paid", "unposted_receipts", "", -8_000),
        ("posted", "unposted_receipts", "", WHOLE), ("posted", "revenue", "", -7_000),
        ("posted", "revenue", "", -5_000),
    ])  # fmt: skip
    assert PaymentAttempt.objects.filter(order=order, held_at=None).count() == 0
