"""An application hands in its own bill of a day; what moved through it is compared, and nothing of others."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.payments.day_blockers import open_items
from apps.payments.models import PartnerChannel, PaymentAttempt, PaymentOrder, Refund
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.carry import examine_forgotten
from kernel import clock
from tests.billing.support import PARTNER
from tests.billing.test_partner_payments import grant, open_order, send, settle, start
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import NEXT_MORNING, decide, found, pay_bill, propose, work
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-11", "PAY-02")


@pytest.fixture
def sold(finance: Till) -> Till:
    """The application has sold something and given it back, and somebody has paid elsewhere."""
    pay_bill(finance, 30)
    grant(finance)
    made = open_order(finance, 50)
    settle(finance, start(finance, made))
    assert send(finance, f"payment-orders/{made['id']}/refund").status_code == 201
    finance.work()
    finance.later(minutes=1)
    finance.work()
    finance.move_to(NEXT_MORNING)
    finance.world._clients.pop("partner")  # the token has run out
    return finance


def lines(till: Till) -> list[list[str]]:
    answer = till.world.client("partner").get(f"{PARTNER}/day-bill", {"business_date": str(TODAY)})
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def put(till: Till, rows: list[list[str]], day: Any = TODAY) -> Any:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    body = {"business_date": str(day), "file": SimpleUploadedFile("bill.csv", text.getvalue().encode())}
    return till.world.client("partner").post(f"{PARTNER}/day-bills", body, format="multipart")


def checked(till: Till, rows: list[list[str]]) -> dict[str, Any]:
    made = put(till, rows)
    assert made.status_code in (200, 201), made.content
    work()
    answer: dict[str, Any] = (
        till.world.client("partner").get(f"{PARTNER}/day-bills/{made.json()['id']}").json()
    )
    return answer


def run() -> ReconciliationRun:
    return ReconciliationRun.objects.exclude(state="superseded").get(counterparty="application")


def test_its_own_bill_of_what_moved_through_it_is_balanced(sold: Till) -> None:
    rows = lines(sold)
    assert (checked(sold, rows)["state"], run().state) == ("taken", "balanced")
    assert (run().our_in_fen, run().our_out_fen, run().account_id) == (
        5_000, 5_000, sold.world.partner_application.pk,
    )  # fmt: skip
    assert put(sold, rows).status_code == 200
    assert "HIS" not in run().account_name


def test_what_it_says_otherwise_is_settled_with_finance_and_moves_no_money(sold: Till) -> None:
    rows = lines(sold)
    at = rows[0].index("amount_fen")
    rows[1][at] = "5001"
    rows[-1][2] = "5001"
    assert checked(sold, rows)["state"] == "taken"
    (difference,) = found(run())
    assert (difference[0], difference[3]) == ("amount", 1)
    row = Difference.objects.get()
    assert propose(sold, "books", row, action="take_up").status_code == 400
    assert propose(sold, "books", row).status_code == 200
    assert decide(sold, "cfo", row).status_code == 200
    assert run().state == "balanced"


def test_what_an_application_says_keeps_no_day_open_and_nobody_starts_it_for_the_application(
    sold: Till,
) -> None:
    rows = lines(sold)
    rows[1][rows[0].index("amount_fen")] = "5001"
    rows[-1][2] = "5001"
    assert checked(sold, rows)["state"] == "taken"
    assert Difference.objects.get().state == "open"
    assert "reconciliation.difference" not in {item.kind for item in open_items(sold.world.h1.pk, TODAY)}
    answer = sold.world.client("books").post(
        f"{ADMIN}/reconciliation-runs", {"counterparty": "application", "business_date": str(TODAY)}, "json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "hands_in")


def test_a_bill_of_another_day_is_refused_and_without_the_scope_there_is_none(sold: Till) -> None:
    rows = lines(sold)
    rows[1][0] = "2026-01-01"
    refused = checked(sold, rows)
    assert (refused["state"], refused["findings"][0]["code"], refused["findings"][0]["line"]) == (
        "refused", "another_day", 2,
    )  # fmt: skip
    application = sold.world.partner_application
    application.allowed_scopes = ["bills:write"]
    application.save()
    assert put(sold, rows).status_code == 403


def test_an_order_that_was_paid_twice_stands_in_its_bill_once(finance: Till) -> None:
    grant(finance)
    made = open_order(finance, 50)
    finance.offer("unionpay")
    PartnerChannel.objects.create(
        hospital=finance.world.h1, application=finance.world.partner_application, channel="unionpay",
        operations=["pay", "refund"],
    )  # fmt: skip
    for started in [start(finance, made), start(finance, made, channel="unionpay", method="app")]:
        finance.confirm(PaymentAttempt.objects.get(pk=started.json()["id"]))
    assert finance.deliver(2) == [200, 200]
    for _ in range(3):
        finance.work()
        finance.later(minutes=1)
    finance.work()
    assert Refund.objects.get().cause == "overpayment"
    finance.move_to(NEXT_MORNING)
    finance.world._clients.pop("partner")
    rows = lines(finance)
    assert [row[1] for row in rows[1:-1]] == ["payment"]
    assert (checked(finance, rows)["state"], run().state) == ("taken", "balanced")


def test_a_payment_that_we_hear_of_after_its_bill_explains_itself(sold: Till) -> None:
    rows = lines(sold)
    attempt = PaymentAttempt.objects.get(channel="alipay")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="pending")
    assert checked(sold, rows)["state"] == "taken"
    assert ("missing_ours", attempt.order.order_no, "pending", 5_000) in found(run())
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="succeeded")
    PaymentOrder.objects.filter(pk=attempt.order_id).update(recorded_at=clock.now())
    sold.later(days=30)
    examine_forgotten(clock.today())
    work()
    row = Difference.objects.get(key=attempt.order.order_no, direction="in")
    assert (row.state, row.outcome) == ("done", "recorded_now")
