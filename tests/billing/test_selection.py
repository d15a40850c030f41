"""Which bills can be paid together: whole ones, with their registration and its mandatory bills (rules.md 11)."""

from decimal import Decimal

import pytest

from apps.billing import errors
from apps.billing.models import Bill, CancelCause
from apps.billing.selectors.payable import check_selection, payable_of
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.items import ItemSpec
from apps.billing.services.settle import mark_refunded
from kernel import clock
from tests.billing.support import BLOOD, NOW, fresh, issue, minutes, pay, registration
from tests.support.world import World

CONSULTATION = ItemSpec("门诊诊查费", Decimal(1), 3_000, "consultation")


def missing(*bills: Bill) -> list[str]:
    with pytest.raises(errors.MandatoryBillMissing) as refused:
        check_selection(bills)
    found: list[str] = refused.value.extra["bill_ids"]
    return found


@pytest.mark.requirement("PAY-04")
def test_a_bill_is_not_settled_while_its_registration_is_unpaid_unless_that_is_in_the_payment(
    clinic: World,
) -> None:
    fee = registration(clinic)
    bill = issue(clinic, registration_bill=fee)
    assert missing(bill) == [str(fee.pk)]
    check_selection([bill, fee])
    pay(fee)
    check_selection([bill])


@pytest.mark.requirement("PAY-04")
def test_the_mandatory_fee_of_the_visit_is_paid_with_every_bill_of_it(clinic: World) -> None:
    fee = registration(clinic)
    visit = issue(clinic, CONSULTATION, registration_bill=fee, is_mandatory=True)
    bill = issue(clinic, BLOOD, registration_bill=fee)
    assert missing(fee) == [str(visit.pk)]
    assert missing(visit) == [str(fee.pk)]
    assert missing(bill) == [str(fee.pk), str(visit.pk)]
    check_selection([fee, visit])
    check_selection([fee, visit, bill])
    pay(fee, visit)
    check_selection([bill])


@pytest.mark.requirement("PAY-04")
def test_another_visit_and_a_bill_of_no_visit_do_not_stand_in_the_way(clinic: World) -> None:
    other = registration(clinic)
    issue(clinic, CONSULTATION, registration_bill=other, is_mandatory=True)
    fee = registration(clinic)
    bill, alone = issue(clinic, registration_bill=fee), issue(clinic)
    check_selection([bill, fee])
    check_selection([alone])
    check_selection([alone, bill, fee])


@pytest.mark.requirement("PAY-04")
def test_what_is_paid_cancelled_or_expired_is_not_payable(clinic: World) -> None:
    paid, gone = issue(clinic), cancel_bill(issue(clinic), cause=CancelCause.STAFF)
    pay(paid)
    expiring, fine = issue(clinic, expires_at=NOW + minutes(5)), issue(clinic)
    with clock.frozen(NOW + minutes(5)), pytest.raises(errors.BillNotPayable) as refused:
        check_selection([fresh(paid), gone, expiring, fine])
    assert refused.value.extra["bill_ids"] == [str(bill.pk) for bill in (paid, gone, expiring)]
    check_selection([expiring, fine])


@pytest.mark.requirement("PAY-04")
def test_bills_of_a_registration_that_was_cancelled_or_went_back_are_not_paid(clinic: World) -> None:
    for end in ("cancel", "refund", "expire"):
        fee = registration(clinic, expires_at=NOW + minutes(15))
        bill = issue(clinic, registration_bill=fee)
        if end == "cancel":
            cancel_bill(fee, cause=CancelCause.APPOINTMENT)
        if end == "refund":
            pay(fee)
            mark_refunded(bill_id=fee.pk, amount_fen=fee.amount_fen)
        with clock.frozen(NOW + minutes(16)), pytest.raises(errors.RegistrationVoid) as refused:
            check_selection([bill])
        assert refused.value.extra["bill_ids"] == [str(bill.pk)]


@pytest.mark.requirement("PAY-04")
def test_what_is_payable_starts_with_the_registration(clinic: World) -> None:
    early = issue(clinic)
    fee = registration(clinic)
    bill = issue(clinic, registration_bill=fee)
    visit = issue(clinic, CONSULTATION, registration_bill=fee, is_mandatory=True)
    pay(issue(clinic))
    registration(clinic, patient="patient_b")
    expired = issue(clinic, expires_at=NOW + minutes(1))
    with clock.frozen(NOW + minutes(2)):
        assert list(payable_of(early.patient_id)) == [fee, visit, early, bill]
    assert expired in payable_of(early.patient_id)
