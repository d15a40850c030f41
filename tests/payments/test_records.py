"""缴费记录: what patients and staff see of payments, and take away with them."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.payments.models import PaymentOrder
from tests.payments.support import MINI, TODAY, Till
from tests.scheduling.support import ADMIN, open_session


def pay(till: Till, who: str = "patient_a", **session: str) -> PaymentOrder:
    order = till.checkout(who, till.hold(who, **session)["id"])
    till.confirm(till.prepay(who, order))
    till.deliver()
    till.work()
    return PaymentOrder.objects.get(pk=order.pk)


@pytest.mark.requirement("PAY-12")
def test_patients_see_the_payments_of_their_bound_cards_and_no_others(till: Till) -> None:
    mine, other = pay(till), pay(till, "patient_b", doctor="doctor_b")
    listed = till.world.client("patient_a").get(f"{MINI}/payment-orders").json()
    assert [row["id"] for row in listed["results"]] == [str(mine.pk)]
    row = listed["results"][0]
    assert (row["state"], row["amount_fen"], row["channel"]) == ("posted", 2_000, "wechat_pay")
    assert row["lines"][0]["amount_fen"] == 2_000
    assert till.world.client("patient_a").get(f"{MINI}/payment-orders/{other.pk}").status_code == 404
    narrowed = till.world.client("patient_a").get(f"{MINI}/payment-orders?state=closed").json()
    assert narrowed["count"] == 0
    wrong = till.world.client("patient_a").get(f"{MINI}/payment-orders?state=nonsense")
    assert wrong.status_code == 400
    assert till.world.client("patient_none").get(f"{MINI}/payment-orders").json()["code"] == "card_required"


@pytest.mark.requirement("PAY-12", "ACC-04")
def test_a_doctor_sees_payments_of_the_own_patients_alone(till: Till) -> None:
    mine, other = pay(till), pay(till, "patient_b", doctor="doctor_c", department="surgery")
    seen = {
        row["id"] for row in till.world.client("doctor_a").get(f"{ADMIN}/payment-orders").json()["results"]
    }
    assert str(mine.pk) in seen and str(other.pk) not in seen
    assert till.world.client("admin2").get(f"{ADMIN}/payment-orders/{mine.pk}").status_code == 404
    whole = till.world.client("admin1").get(f"{ADMIN}/payment-orders/{mine.pk}").json()
    assert [attempt["state"] for attempt in whole["attempts"]] == ["succeeded"]
    assert whole["refunds"] == []


@pytest.mark.requirement("PAY-12")
def test_lists_cost_the_same_few_queries_however_long_they_are(till: Till) -> None:
    open_session(till.world)

    def queries(who: str, path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert till.world.client(who).get(path).status_code == 200
        return len(captured)

    paths = [("patient_a", f"{MINI}/payment-orders"), ("admin1", f"{ADMIN}/payment-orders")]
    pay(till, doctor="doctor_b")
    for each in paths:
        queries(*each)  # rights are read once
    before = [queries(*each) for each in paths]
    pay(till, doctor="doctor_c", department="surgery")
    assert [queries(*each) for each in paths] == before
    assert max(before) <= 6


@pytest.mark.requirement("PAY-12", "ACC-06")
def test_staff_take_a_period_with_them_as_a_table(till: Till) -> None:
    order = pay(till)
    path = f"{ADMIN}/payment-orders/export?created_from={TODAY}&created_to={TODAY}"
    answer = till.world.client("admin1").get(path)
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][0] == "订单号"
    assert [row[0] for row in rows[1:]] == [order.order_no]
    assert rows[1][8] == "20.00"
    refunds = till.world.client("admin1").get(path.replace("payment-orders", "refunds"))
    assert refunds.status_code == 200
    for who in ("clerk", "doctor_a"):
        assert till.world.client(who).get(path).status_code == 403
    end = "?created_from=9999-12-31&created_to=9999-12-31"
    assert till.world.client("admin1").get(f"{ADMIN}/payment-orders/export{end}").status_code == 200
    ends = till.world.client("admin1").get(
        f"{ADMIN}/payment-orders?created_from=0001-01-01&created_to=9999-12-31"
    )
    assert ends.json()["count"] == 1
    for wrong in ("", "?created_from=2026-11-23", "?created_from=2026-11-23&created_to=2020-01-01"):
        assert till.world.client("admin1").get(f"{ADMIN}/payment-orders/export{wrong}").status_code == 400
