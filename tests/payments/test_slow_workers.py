"""A worker that was slow writes what it heard, and undoes nothing that happened meanwhile."""

import pytest

from apps.payments.models import PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services.advance_refund import record, request_of
from apps.payments.services.failed_refunds import send_again
from apps.payments.services.merchants import channel_for
from apps.payments.services.refunds import RefundPart, create_refund
from kernel import leases
from tests.payments.support import Till


def paid(till: Till) -> PaymentOrder:
    order = till.checkout("patient_a", till.hold()["id"])
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    order.refresh_from_db()
    return order


@pytest.mark.requirement("PAY-08")
def test_a_payment_that_comes_while_a_worker_looks_at_the_order_is_not_put_off(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    seen = order.state, order.expires_at  # the worker has read it, and will look again at its end
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till._events()
    leases.set_due(PaymentOrder, order.pk, seen[1], state=seen[0], expires_at=seen[1])
    till.work()
    order.refresh_from_db()
    assert order.state == "posted"


@pytest.mark.requirement("PAY-07", "PAY-08")
def test_the_failure_of_an_old_number_does_not_end_a_refund_that_was_sent_again(till: Till) -> None:
    order = paid(till)
    till.sandbox.settings("wechat_pay", refund_outcome="closed", refund_delay_ms=0)
    part = RefundPart(order.lines.get().pk, 2_000)
    made = create_refund(
        order=order, parts=[part], cause=RefundCause.CANCELLED, reason="测试", route=RefundRoute.ORIGINAL
    )
    till.work()
    slow = Refund.objects.select_related("attempt__merchant").get(pk=made.pk)
    heard = channel_for(slow.attempt).query_refund(request_of(slow))
    till.later(minutes=1)
    till.work()
    made.refresh_from_db()
    assert made.state == "failed"
    till.sandbox.settings("wechat_pay", refund_outcome="success")
    send_again(made, staff=till.world.staff["clerk"])
    record(slow, heard)
    assert Refund.objects.get().state == "created"
    for _ in range(3):
        till.work()
        till.later(minutes=1)
    assert Refund.objects.get().state == "succeeded"
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 2_000
