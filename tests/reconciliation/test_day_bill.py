"""Our own bill of a day: every payment and refund once, with sums that are theirs, and of an application its own."""

import base64
import csv
import datetime as dt
import hashlib
import io
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.reconciliation.services import day_bill
from tests.billing.support import PARTNER
from tests.billing.test_partner_payments import grant, open_order, send, settle, start
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import NEXT_MORNING, give_back, pay_bill
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-11")
URL = f"{ADMIN}/reconciliation-day-bill"


def fetch(till: Till, who: str = "admin1", url: str = URL, **query: Any) -> Any:
    asked = {
        "business_date": str(TODAY),
        **({"hospital_id": str(till.world.h1.pk)} if url == URL else {}),
        **query,
    }
    return till.world.client(who).get(url, asked)


def lines(answer: Any) -> tuple[list[dict[str, str]], list[str]]:
    assert answer.status_code == 200, answer.content
    body = b"".join(answer.streaming_content)
    assert answer["Content-Length"] == str(len(body))
    assert answer["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert answer["Repr-Digest"] == f"sha-256=:{digest}:"
    *rows, total = csv.reader(io.StringIO(body.decode()))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]], total


def test_a_day_has_each_movement_once_and_a_last_line_with_number_and_sums(till: Till) -> None:
    attempt = pay_bill(till, 50)
    pay_bill(till, 30)
    refund = give_back(till, attempt, 2_000)
    till.move_to(NEXT_MORNING)
    rows, total = lines(fetch(till))
    assert [(row["kind"], row["amount_fen"]) for row in rows] == [
        ("payment", "5000"), ("payment", "3000"), ("refund", "2000"),
    ]  # fmt: skip
    assert total == ["#total", "3", "8000", "2000"]
    assert (rows[2]["refund_no"], rows[2]["original_order_no"]) == (refund.refund_no, attempt.order.order_no)
    assert {row["business_date"] for row in rows} == {str(TODAY)}
    assert till.world.patients["patient_a"].mrn not in {row["mrn_masked"] for row in rows}
    assert lines(fetch(till)) == (rows, total), "the same whenever it is asked for"
    assert AuditEvent.objects.filter(object_type="reconciliation.day_bill").count() == 2


@pytest.mark.requirement("PAY-02")
def test_an_application_gets_what_moved_through_it_and_the_whole_needs_another_scope(till: Till) -> None:
    pay_bill(till, 30)
    grant(till)
    made = open_order(till, 50)
    settle(till, start(till, made))
    assert send(till, f"payment-orders/{made['id']}/refund").status_code == 201
    till.work()
    till.later(minutes=1)
    till.work()
    till.move_to(NEXT_MORNING)
    till.world._clients.pop("partner")  # the token has run out
    rows, total = lines(fetch(till, "partner", f"{PARTNER}/day-bill"))
    assert {row["order_no"] for row in rows} == {made["order_no"]}
    assert total == ["#total", "2", "5000", "5000"]
    _, whole = lines(fetch(till, "partner", f"{PARTNER}/hospital-day-bill"))
    assert whole == ["#total", "3", "8000", "5000"]
    application = till.world.partner_application
    application.allowed_scopes = ["payments:write"]
    application.save()
    assert fetch(till, "partner", f"{PARTNER}/hospital-day-bill").status_code == 403
    _, by_application = lines(fetch(till, application=application.client_id))
    assert by_application == total


def test_a_day_without_movements_is_a_bill_too(till: Till) -> None:
    till.move_to(NEXT_MORNING)
    assert lines(fetch(till)) == ([], ["#total", "0", "0", "0"])


@pytest.mark.parametrize("day", [TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=120)])
def test_only_days_that_are_over_and_kept_have_a_bill(till: Till, day: dt.date) -> None:
    till.move_to(NEXT_MORNING)
    refused = fetch(till, business_date=str(day))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "business_date")


def test_the_bill_is_made_at_two_in_the_morning(till: Till) -> None:
    till.move_to(NEXT_MORNING.replace(hour=1, minute=59))
    early = fetch(till)
    assert (early.status_code, early.json()["code"], early["Retry-After"]) == (409, "bill_not_ready", "61")
    till.move_to(NEXT_MORNING.replace(hour=2, minute=0))
    assert fetch(till).status_code == 200


def test_another_hospitals_bill_is_not_there(till: Till) -> None:
    till.move_to(NEXT_MORNING)
    assert fetch(till, "admin2").status_code == 400
    assert fetch(till, "clerk").status_code == 403


def test_a_large_day_is_read_in_parts(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        pay_bill(till, 10)
    monkeypatch.setattr(day_bill, "_BLOCK", 64)
    monkeypatch.setattr(day_bill, "_IN_MEMORY", 64)
    till.move_to(NEXT_MORNING)
    rows, total = lines(fetch(till))
    assert (len(rows), total) == (3, ["#total", "3", "3000", "0"])


def test_each_movement_belongs_to_the_day_of_its_moment_and_no_cell_is_a_formula(till: Till) -> None:
    attempts = [pay_bill(till, 10) for _ in range(3)]
    midnight = dt.datetime.combine(TODAY, dt.time(), till.now.tzinfo)
    moments = (
        midnight, midnight + dt.timedelta(days=1, microseconds=-1), midnight + dt.timedelta(days=1),
    )  # fmt: skip
    for attempt, at, slip in zip(attempts, moments, ("=1+1", "@x", "-1"), strict=True):
        type(attempt).objects.filter(pk=attempt.pk).update(paid_at=at, transaction_id=slip)
    till.move_to(NEXT_MORNING + dt.timedelta(days=1))
    rows, _ = lines(fetch(till))
    assert {row["order_no"] for row in rows} == {attempt.order.order_no for attempt in attempts[:2]}
    assert {row["transaction_id"] for row in rows} == {"'=1+1", "'@x"}
    later, _ = lines(fetch(till, business_date=str(TODAY + dt.timedelta(days=1))))
    assert [row["order_no"] for row in later] == [attempts[2].order.order_no]
    told, _ = lines(fetch(till, "partner", f"{PARTNER}/hospital-day-bill"))
    assert "=1+1" in {row["transaction_id"] for row in told}, "programs get it as it is"
