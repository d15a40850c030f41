"""Orders paid by UnionPay, which asks to be asked: notices are confirmed, and an order ends only with its time."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.payments.channels.unionpay import MARGIN
from apps.payments.models import LedgerTransaction, PaymentAttempt, PaymentOrder
from apps.payments.services.merchants import open_merchant
from tests.payments.support import Till

SECOND = 1


@pytest.fixture
def opened(till: Till) -> Callable[[], tuple[PaymentOrder, PaymentAttempt]]:
    """A registration's order, ready to be paid by UnionPay's app control."""
    config = till.sandbox.merchant("unionpay")
    open_merchant(hospital=till.world.h1, channel="unionpay", name="银联", config=config)

    def begin() -> tuple[PaymentOrder, PaymentAttempt]:
        order = till.checkout("patient_a", till.hold()["id"])
        answer = till.post(
            "patient_a", f"payment-orders/{order.pk}/pay", {"channel": "unionpay", "method": "app"}
        )
        assert answer.status_code == 201, answer.content
        assert answer.json()["client"]["tn"]
        return order, PaymentAttempt.objects.get(pk=answer.json()["id"])

    return begin


def states(order: PaymentOrder, attempt: PaymentAttempt) -> tuple[str, str]:
    order.refresh_from_db()
    attempt.refresh_from_db()
    return order.state, attempt.state


@pytest.mark.requirement("PAY-08")
def test_a_notice_is_confirmed_by_a_query_before_money_is_booked(till: Till, opened: Any) -> None:
    order, attempt = opened()
    till.confirm(attempt)
    assert till.deliver() == [200]
    assert states(order, attempt) == ("pending", "open")
    assert not LedgerTransaction.objects.exists()
    till.work()
    assert states(order, attempt) == ("posted", "succeeded")
    assert attempt.paid_fen == order.amount_fen


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("kind", ["bad_signature", "stale", "probe"])
def test_a_notice_that_is_not_unionpays_changes_nothing(till: Till, opened: Any, kind: str) -> None:
    order, attempt = opened()
    till.sandbox.push_faults("unionpay", {"kind": kind, "times": 1})
    till.confirm(attempt)
    (status,) = till.deliver()
    assert status >= 400
    assert states(order, attempt) == ("pending", "open")


@pytest.mark.requirement("PAY-08")
def test_a_wrong_amount_in_a_notice_is_not_what_is_booked(till: Till, opened: Any) -> None:
    order, attempt = opened()
    till.sandbox.push_faults("unionpay", {"kind": "wrong_amount", "times": 1})
    till.confirm(attempt)
    till.deliver()
    till.work()
    assert states(order, attempt) == ("posted", "succeeded")
    assert attempt.paid_fen == order.amount_fen


@pytest.mark.requirement("PAY-08")
def test_an_order_is_closed_once_nobody_can_pay_it_at_unionpay_any_more(till: Till, opened: Any) -> None:
    order, attempt = opened()
    till.move_to(order.expires_at)
    till.work()
    assert states(order, attempt) == ("pending", "open"), "a payment may still be on its way"
    till.move_to(order.expires_at + MARGIN)
    till.later(minutes=30)
    till.work()
    assert states(order, attempt) == ("closed", "closed")


@pytest.mark.requirement("PAY-08")
def test_a_payment_in_the_last_second_is_found_when_the_order_is_to_be_closed(
    till: Till, opened: Any
) -> None:
    order, attempt = opened()
    till.sandbox.push_faults("unionpay", {"kind": "lose"})
    till.move_to(order.expires_at)
    till.later(seconds=-SECOND)
    till.confirm(attempt)
    till.later(minutes=30)
    till.work()
    assert states(order, attempt)[1] == "succeeded"
    assert LedgerTransaction.objects.filter(kind="paid").count() == 1
