"""A hospital without a HIS of its own: our bills answer for it."""

import pytest

from apps.billing.models import CancelCause
from apps.billing.ports import BillKey
from apps.billing.selectors.his import refunds_of
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.perform import perform_item
from apps.billing.services.settle import mark_refunded
from apps.payments.ports import HisRefused, HisUnavailable, PaymentPosting, PostedLine, RefundPosting
from apps.payments.services.his import posting_of
from tests.billing.support import NOW, fresh, issue, pay
from tests.support.world import World


def posting(*lines: PostedLine) -> PaymentPosting:
    total = sum(line.amount_fen for line in lines)
    return PaymentPosting("ZF1", "outpatient", "H1", "MR1", "wechat_pay", "42", NOW, total, lines)


@pytest.mark.requirement("PAY-07")
def test_it_states_what_was_not_performed_and_did_not_go_back(clinic: World) -> None:
    his, bill = refunds_of(clinic.h1), issue(clinic)
    key = BillKey("H1", bill.bill_no, "")
    assert his.refundable_fen(key) == 0
    pay(bill)
    assert his.refundable_fen(key) == 4_500
    perform_item(bill.items.order_by("position")[1], staff=clinic.staff["clerk"])
    assert his.refundable_fen(key) == 2_500
    mark_refunded(bill_id=bill.pk, amount_fen=1_000)
    assert his.refundable_fen(key) == 1_500
    with pytest.raises(HisRefused):
        his.refundable_fen(BillKey("H1", "unknown", ""))
    with pytest.raises(HisRefused):
        refunds_of(clinic.h2).refundable_fen(key)


@pytest.mark.requirement("PAY-08")
def test_it_takes_what_can_be_paid_and_refuses_the_rest_as_often_as_it_is_asked(clinic: World) -> None:
    his, bill = posting_of(clinic.h1), issue(clinic)
    line = PostedLine(bill.bill_no, "", bill.kind, bill.amount_fen)
    for _ in range(2):
        assert his.post_payment(posting(line)).his_no == "ZF1"
        assert his.withdraw_payment(hospital_code="H1", order_no="ZF1", reason="late").his_no == "ZF1"
    assert fresh(bill).status == "issued"  # settling is the workflow's
    with pytest.raises(HisRefused):
        his.post_payment(posting(PostedLine(bill.bill_no, "", bill.kind, 1)))
    his.post_payment(posting(PostedLine("ZF1-1", "", "card_top_up", 100)))
    pay(bill)
    his.post_payment(posting(line))  # again, after it was settled
    refund = RefundPosting("TF1", "ZF1", "H1", 100, "x", (line,))
    assert his.post_refund(refund).his_no == "TF1"
    gone = cancel_bill(issue(clinic), cause=CancelCause.STAFF)
    with pytest.raises(HisRefused):
        his.post_payment(posting(PostedLine(gone.bill_no, "", gone.kind, gone.amount_fen)))


@pytest.mark.requirement("PAY-08")
def test_a_driver_that_nobody_has_registered_is_a_his_that_does_not_answer(clinic: World) -> None:
    clinic.h1.settings = {"his.driver": "nowhere"}
    with pytest.raises(HisUnavailable):
        posting_of(clinic.h1)
    with pytest.raises(HisUnavailable):
        refunds_of(clinic.h1)
