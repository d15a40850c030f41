"""支付单 and 退费 are of the department whose things are paid: who heads it sees them, and no others."""

from typing import Any

import pytest

from apps.billing.models import Bill
from apps.billing.services.checkout import open_payment
from apps.payments.models import PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.refunds import RefundPart, create_refund
from tests.billing.support import ADMIN, issue
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-12", "ACC-03")


def paid(world: World, *bills: Bill) -> PaymentOrder:
    order = open_payment(
        hospital=world.h1, patient_id=bills[0].patient_id, bill_ids=[bill.pk for bill in bills],
        application="window", staff=world.staff["clerk"],
    )  # fmt: skip
    return pay_at_counter(order=order, channel="cash", staff=world.staff["clerk"])


def returned(order: PaymentOrder) -> Refund:
    line = order.lines.order_by("position")[0]
    return create_refund(
        order=order, parts=[RefundPart(line.pk, 1)], cause=RefundCause.WINDOW, reason="",
        route=RefundRoute.COUNTER_CASH,
    )  # fmt: skip


def listed(world: World, who: str, path: str, **query: Any) -> set[str]:
    answer = world.client(who).get(f"{ADMIN}/{path}", query)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


def surgical(world: World) -> dict[str, Any]:
    return {"department": world.departments["surgery"], "practitioner": world.staff["doctor_c"]}


def test_a_head_sees_the_payments_and_refunds_of_the_own_department_alone(world: World) -> None:
    own, other = paid(world, issue(world)), paid(world, issue(world, **surgical(world)))
    both = paid(world, issue(world), issue(world, **surgical(world)))
    assert (own.department_id, both.department_id) == (world.departments["cardiology"].pk, None)
    refund, foreign = returned(own), returned(other)
    assert listed(world, "head", "payment-orders") == {str(own.pk)}
    assert listed(world, "head", "refunds") == {str(refund.pk)}
    head = world.client("head")
    assert head.get(f"{ADMIN}/payment-orders/{own.pk}").status_code == 200
    assert head.get(f"{ADMIN}/refunds/{refund.pk}").status_code == 200
    for path in (f"payment-orders/{other.pk}", f"payment-orders/{both.pk}", f"refunds/{foreign.pk}"):
        assert head.get(f"{ADMIN}/{path}").status_code == 404
    assert listed(world, "clerk", "payment-orders") == {str(row.pk) for row in (own, other, both)}
    chosen = {"department_id": str(world.departments["surgery"].pk)}
    assert listed(world, "clerk", "payment-orders", **chosen) == {str(other.pk)}
    assert listed(world, "clerk", "refunds", **chosen) == {str(foreign.pk)}
