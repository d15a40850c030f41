"""就诊卡充值 (PAY-03): asked for in the application or at the window, credited once it is posted, told of."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing.models import CardTopUp
from apps.billing.services.card_top_up import credit_card_top_up, end_top_up
from apps.billing.states import TopUpState
from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from apps.patients.services.cards import deactivate_card
from apps.payments.models import CloseCause, PaymentOrder
from apps.payments.services.advance_order import advance_order, give_up
from kernel import clock
from kernel.errors import StateConflict
from tests.billing.refund_support import (
    ADMIN,
    MINI,
    TOP_UPS_ON,
    buy,
    configure,
    handle,
    held,
    pay_online,
    refund_of,
    top_up,
)  # fmt: skip
from tests.billing.support import NOW, at_desk, code, in_app, issue
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-03")


def ask(world: World, amount_fen: Any, who: str = "patient_a", **more: Any) -> Any:
    return in_app(world, who, "card-top-ups", {"amount_fen": amount_fen, **more})


def order_of(answer: Any) -> PaymentOrder:
    return PaymentOrder.objects.get(pk=answer.json()["order_id"])


def test_it_is_off_until_the_hospital_switches_it_on(clinic: World) -> None:
    assert code(ask(clinic, 5_000)) == (409, "top_up_disabled")
    assert code(at_desk(clinic, "clerk", "card-top-ups", window_body(clinic))) == (409, "top_up_disabled")
    assert not CardTopUp.objects.exists()
    assert not PaymentOrder.objects.exists()
    configure(clinic, **TOP_UPS_ON)
    assert ask(clinic, 5_000).status_code == 201


def window_body(world: World, amount_fen: int = 5_000, card: str = "patient_a") -> dict[str, Any]:
    return {"card_id": str(world.cards[card].pk), "amount_fen": amount_fen}


def test_what_is_paid_is_on_the_card_once_it_is_posted_and_the_patient_is_told(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    answer = ask(clinic, 5_000, binding_id=str(clinic.bindings["patient_a"].pk))
    made = answer.json()
    assert (made["state"], made["order_state"], made["amount_fen"]) == ("pending", "pending", 5_000)
    assert made["card_number"] == "62************01"
    order = order_of(answer)
    assert (order.scene, order.application, order.lines.get().subject_type) == (
        "card_top_up", "miniprogram", "billing.card_top_up",
    )  # fmt: skip
    assert held(clinic) == 0, "asked for is not paid"
    pay_online(order)
    assert held(clinic) == 5_000
    shown = clinic.client("patient_a").get(f"{MINI}/card-top-ups/{made['id']}").json()
    assert (shown["state"], shown["order_state"], shown["channel"]) == ("credited", "posted", "wechat_pay")
    handle()
    message = Message.objects.get(scene="card_topped_up")
    assert message.account_id == clinic.accounts["patient_a"].pk
    assert "已充值50.00元,当前余额50.00元" in message.text
    entry = TimelineEntry.objects.get(kind="card_top_up")
    assert (entry.patient_id, entry.state, entry.title) == (
        clinic.patients["patient_a"].pk, "credited", "就诊卡充值 50.00元",
    )  # fmt: skip


def test_the_amount_stays_within_the_hospitals_limits(clinic: World) -> None:
    limits = {
        "billing__card_top_up_min_fen": 1_000, "billing__card_top_up_max_fen": 5_000,
        "billing__card_max_balance_fen": 8_000,
    }  # fmt: skip
    configure(clinic, **TOP_UPS_ON, **limits)
    for amount in (999, 5_001):
        refused = ask(clinic, amount)
        assert code(refused) == (400, "top_up_amount_not_allowed")
        assert (refused.json()["minimum_fen"], refused.json()["maximum_fen"]) == (1_000, 5_000)
    for wrong in (0, -1, "x", None, 1.5, 10**30):
        assert ask(clinic, wrong).status_code == 400, wrong
    pay_online(order_of(ask(clinic, 5_000)))
    refused = ask(clinic, 3_001)
    assert code(refused) == (409, "card_balance_limit")
    assert (refused.json()["most_fen"], refused.json()["balance_fen"]) == (8_000, 5_000)
    assert ask(clinic, 3_000).status_code == 201


def test_two_top_ups_that_together_exceed_the_limit_are_not_both_credited(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON, billing__card_max_balance_fen=8_000)
    first, second = ask(clinic, 5_000), ask(clinic, 5_000)
    assert pay_online(order_of(first)).state == "posted"
    order = pay_online(order_of(second))
    assert (order.state, order.return_cause, order.posting_error) == (
        "returning",
        "refused",
        "card_balance_limit",
    )
    assert held(clinic) == 5_000
    handle()
    assert CardTopUp.objects.get(order=order).state == "returned"


def test_it_is_credited_once_however_often_it_is_told(clinic: World) -> None:
    made = top_up(clinic, 5_000)
    assert made.order is not None
    account = credit_card_top_up(top_up_id=made.pk, order=made.order)
    assert account.owner == str(clinic.cards["patient_a"].pk)
    advance_order(made.order.pk)
    assert held(clinic) == 5_000
    other = top_up(clinic, 1_000)
    assert other.order is not None
    with pytest.raises(StateConflict):
        credit_card_top_up(top_up_id=made.pk, order=other.order)


def test_nobody_pays_in_time_and_the_top_up_is_closed_a_late_payment_still_counts(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    order = order_of(ask(clinic, 5_000))
    give_up(order, cause=CloseCause.GIVEN_UP)
    handle()
    assert CardTopUp.objects.get().state == "closed"
    assert pay_online(order).state == "posted"
    assert (CardTopUp.objects.get().state, held(clinic)) == ("credited", 5_000)
    end_top_up(order_id=order.pk, state=TopUpState.CLOSED)
    assert CardTopUp.objects.get().state == "credited", "an event that comes late changes nothing"


def test_a_card_that_was_lost_meanwhile_is_not_credited_and_the_money_goes_back(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    order = order_of(ask(clinic, 5_000))
    deactivate_card(clinic.cards["patient_a"])
    assert pay_online(order).state == "returning"
    assert held(clinic) == 0


def test_the_same_key_asks_once(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    key, body = uuid4().hex, {"amount_fen": 5_000}
    first = in_app(clinic, "patient_a", "card-top-ups", body, key=key)
    again = in_app(clinic, "patient_a", "card-top-ups", body, key=key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert CardTopUp.objects.count() == PaymentOrder.objects.count() == 1
    assert clinic.client("patient_a").post(f"{MINI}/card-top-ups", body, format="json").status_code == 400


def test_a_clerk_tops_a_card_up_and_settles_it_like_any_other_order(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    made = at_desk(clinic, "clerk", "card-top-ups", window_body(clinic)).json()
    assert (made["application"], made["state"]) == ("window", "pending")
    body = {"channel": "cash", "tendered_fen": 10_000}
    assert (
        at_desk(clinic, "clerk", f"payment-orders/{made['order_id']}/settle", body).json()["state"]
        == "posted"
    )
    assert held(clinic) == 5_000
    shown = clinic.client("clerk").get(f"{ADMIN}/patient-cards/{made['card_id']}/balance").json()
    assert (shown["balance_fen"], shown["top_up_enabled"]) == (5_000, True)
    rows = clinic.client("clerk").get(f"{ADMIN}/card-top-ups", {"card_id": made["card_id"]}).json()["results"]
    assert [(row["id"], row["state"], row["channel"]) for row in rows] == [(made["id"], "credited", "cash")]


def test_foreign_cards_do_not_exist(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    theirs = str(clinic.bindings["patient_b"].pk)
    assert ask(clinic, 5_000, binding_id=theirs).status_code == 404
    assert ask(clinic, 5_000, who="patient_none").json()["code"] == "card_required"
    for path in ("balance", "statement", "refund-quote"):
        assert clinic.client("patient_a").get(f"{MINI}/cards/{theirs}/{path}").status_code == 404, path
        card = clinic.cards["patient_a"].pk
        assert clinic.client("admin2").get(f"{ADMIN}/patient-cards/{card}/{path}").status_code == 404, path
    made = top_up(clinic, 5_000)
    assert clinic.client("patient_b").get(f"{MINI}/card-top-ups/{made.pk}").status_code == 404
    assert clinic.client("admin2").get(f"{ADMIN}/card-top-ups/{made.pk}").status_code == 404
    assert at_desk(clinic, "admin2", "card-top-ups", window_body(clinic)).status_code == 400
    assert clinic.client("patient_b").get(f"{MINI}/card-top-ups").json()["results"] == []


def test_the_statement_tells_every_movement_with_the_balance_after_it(clinic: World) -> None:
    with clock.frozen(NOW):
        first = top_up(clinic, 5_000)
    with clock.frozen(NOW + dt.timedelta(minutes=5)):
        refund_of(clinic, "patient_a", 2_000)
    with clock.frozen(NOW + dt.timedelta(minutes=9)):
        top_up(clinic, 1_500, channel="cash", application="window")
    binding = clinic.bindings["patient_a"].pk
    url = f"{MINI}/cards/{binding}/statement"
    rows = clinic.client("patient_a").get(url).json()["results"]
    assert [(row["kind"], row["amount_fen"], row["balance_fen"]) for row in rows] == [
        ("posted", 1_500, 4_500), ("refund_decided", -2_000, 3_000), ("posted", 5_000, 5_000),
    ]  # fmt: skip
    assert first.order is not None
    assert rows[2]["order_no"] == first.order.order_no
    assert rows[1]["refund_no"].startswith("TF")
    page = clinic.client("patient_a").get(url, {"page_size": 1, "page": 2}).json()
    assert [row["balance_fen"] for row in page["results"]] == [3_000]
    card = clinic.cards["patient_a"].pk
    assert clinic.client("clerk").get(f"{ADMIN}/patient-cards/{card}/statement").json()["results"] == rows
    assert (
        clinic.client("patient_b")
        .get(f"{MINI}/cards/{clinic.bindings['patient_b'].pk}/statement")
        .json()["results"]
        == []
    )


def test_lists_make_no_more_queries_with_more_rows(clinic: World) -> None:
    binding, card = clinic.bindings["patient_a"].pk, clinic.cards["patient_a"].pk
    reads = (
        ("patient_a", f"{MINI}/card-top-ups", 5), ("patient_a", f"{MINI}/cards/{binding}/statement", 7),
        ("clerk", f"{ADMIN}/card-top-ups", 3), ("clerk", f"{ADMIN}/patient-cards/{card}/statement", 8),
    )  # fmt: skip
    counts = []
    for _ in range(2):
        for _ in range(4):
            top_up(clinic, 100)
        counts.append([queries(clinic, who, url) for who, url, _ in reads])
    assert counts[0] == counts[1]
    assert all(count <= most for count, (_, _, most) in zip(counts[1], reads, strict=True)), counts[1]


def queries(world: World, who: str, url: str) -> int:
    world.client(who).get(url)
    with CaptureQueriesContext(connection) as captured:
        assert world.client(who).get(url).status_code == 200
    return len(captured.captured_queries)


def test_a_card_pays_bills_within_its_balance(clinic: World) -> None:
    top_up(clinic, 5_000)
    bill = issue(clinic)
    assert bill.amount_fen == 4_500
    order = in_app(clinic, "patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]}).json()
    assert in_app(clinic, "patient_a", f"payment-orders/{order['id']}/pay-with-card", {}).status_code == 200
    assert held(clinic) == 500
    assert buy(clinic, issue(clinic)).state == "posted"
