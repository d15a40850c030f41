"""Money on its way back: accepted is not succeeded, a number refunds once, what failed is in somebody's hands."""

from typing import Any
from uuid import uuid4

import pytest

from apps.payments.errors import RefundExceedsPaid
from apps.payments.models import AccountKind, PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services.ledger import Account, balance
from apps.payments.services.refunds import RefundPart, create_refund
from kernel.errors import InvalidValue, StateConflict
from tests.payments.support import Till
from tests.scheduling.support import ADMIN, code


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


@pytest.fixture
def order(till: Till) -> PaymentOrder:
    """Paid by WeChat and posted."""
    order = till.checkout("patient_a", till.hold()["id"])
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    order.refresh_from_db()
    assert order.state == "posted"
    return order


def refund(order: PaymentOrder, amount_fen: int, route: RefundRoute = RefundRoute.ORIGINAL) -> Refund:
    line = order.lines.get()
    return create_refund(
        order=order,
        parts=[RefundPart(line.pk, amount_fen)],
        cause=RefundCause.CANCELLED,
        reason="测试",
        route=route,
    )


def post(till: Till, path: str, who: str = "clerk", key: str = "") -> Any:
    return till.world.client(who).post(f"{ADMIN}/{path}", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex)


@pytest.mark.requirement("PAY-06", "PAY-07", "PAY-08")
def test_a_refund_that_the_channel_has_accepted_has_not_succeeded(till: Till, order: PaymentOrder) -> None:
    till.sandbox.settings("wechat_pay", refund_delay_ms=60_000)
    made = refund(order, 500)
    till.work()
    made.refresh_from_db()
    assert (made.state, made.succeeded_at) == ("processing", None)
    assert made.accepted_at is not None
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 500 and money(till, AccountKind.REVENUE) == 1_500
    till.later(minutes=3)
    till.work()
    made.refresh_from_db()
    assert made.state == "succeeded"
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 0
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 1_500
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == 1_500


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "silent_after_work", "operation": "refund", "times": 1},
        {"kind": "http_error", "operation": "refund", "times": 2},
        {"kind": "close", "operation": "refund", "times": 1},
    ],
    ids=["answer lost", "refused to serve", "connection lost"],
)
def test_a_refund_whose_answer_is_lost_is_asked_about_and_refunds_once(
    till: Till, order: PaymentOrder, fault: dict[str, Any]
) -> None:
    till.sandbox.faults("wechat_pay", fault)
    made = refund(order, 2_000)
    for _ in range(5):
        till.work()
        till.later(minutes=2)
    made.refresh_from_db()
    assert made.state == "succeeded"
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 2_000
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 0


@pytest.mark.requirement("PAY-06", "PAY-07")
def test_no_more_goes_back_than_was_paid(till: Till, order: PaymentOrder) -> None:
    refund(order, 1_500)
    with pytest.raises(RefundExceedsPaid) as refusal:
        refund(order, 501)
    assert refusal.value.extra["left_fen"] == 500
    for wrong in (0, -1):
        with pytest.raises(InvalidValue):
            refund(order, wrong)
    refund(order, 500)
    order.refresh_from_db()
    assert order.refunded_fen == 2_000 == money(till, AccountKind.REFUNDS_PAYABLE)


@pytest.mark.requirement("PAY-08")
def test_what_is_not_posted_is_not_refunded(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    with pytest.raises(StateConflict):
        refund(order, 1)
    assert not Refund.objects.exists()


@pytest.mark.requirement("PAY-07")
def test_a_failed_refund_is_sent_again_under_a_number_that_fits(till: Till, order: PaymentOrder) -> None:
    till.sandbox.settings("wechat_pay", refund_outcome="closed", refund_delay_ms=0)
    made = refund(order, 2_000)
    till.work()
    till.later(minutes=1)
    till.work()
    made.refresh_from_db()
    assert (made.state, made.reissue_same_number) == ("failed", False)
    assert money(till, AccountKind.REFUNDS_PAYABLE) == 2_000
    number = made.channel_refund_no
    till.sandbox.settings("wechat_pay", refund_outcome="success")
    till.later(minutes=2)
    assert post(till, f"refunds/{made.pk}/reissue").status_code == 200
    till.work()
    till.later(minutes=1)
    till.work()
    made.refresh_from_db()
    assert (made.state, made.reissued) == ("succeeded", 1)
    assert made.channel_refund_no != number
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 2_000


@pytest.mark.requirement("PAY-07")
def test_a_failed_refund_can_be_paid_out_in_cash_once(till: Till, order: PaymentOrder) -> None:
    till.sandbox.settings("wechat_pay", refund_outcome="closed", refund_delay_ms=0)
    made = refund(order, 2_000)
    assert code(post(till, f"refunds/{made.pk}/pay-out")) == (409, "state_conflict")
    till.work()
    till.later(minutes=1)
    till.work()
    assert post(till, f"refunds/{made.pk}/pay-out", key="once").status_code == 200
    assert post(till, f"refunds/{made.pk}/pay-out", key="once")["Idempotency-Replayed"] == "true"
    assert code(post(till, f"refunds/{made.pk}/pay-out")) == (409, "state_conflict")
    made.refresh_from_db()
    assert (made.state, made.route, made.decided_by) == (
        "succeeded",
        "counter_cash",
        till.world.staff["clerk"],
    )
    assert money(till, AccountKind.CLEARING, "cash") == -2_000
    assert money(till, AccountKind.CLEARING, "wechat_pay") == 2_000


@pytest.mark.requirement("PAY-07")
def test_a_cash_refund_succeeds_at_once(till: Till, order: PaymentOrder) -> None:
    made = refund(order, 700, RefundRoute.COUNTER_CASH)
    till.work()
    made.refresh_from_db()
    assert made.state == "succeeded"
    assert money(till, AccountKind.CLEARING, "cash") == -700
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 0


@pytest.mark.requirement("PAY-07", "ACC-04")
def test_others_neither_see_nor_touch_a_refund(till: Till, order: PaymentOrder) -> None:
    made = refund(order, 700)
    assert till.world.client("patient_b").get(f"/api/miniprogram/v1/refunds/{made.pk}").status_code == 404
    assert till.world.client("patient_a").get(f"/api/miniprogram/v1/refunds/{made.pk}").status_code == 200
    assert post(till, f"refunds/{made.pk}/reissue", "admin2").status_code == 404
    assert post(till, f"refunds/{made.pk}/reissue", "doctor_a").status_code == 403
    assert Refund.objects.get().state == "created"
