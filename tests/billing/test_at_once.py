"""Desks, patients and HIS at the same moment: real connections, one wins, the others are told."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from apps.access.services.sync import sync_access
from apps.billing import errors
from apps.billing.models import Bill, CancelCause, Invoice, InvoicePrint, RefundRequest, RefundRequestLine
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.his_feed import receive_bill
from apps.billing.services.invoices import issue_invoice, print_invoice
from apps.billing.services.perform import perform_item
from apps.billing.services.refund_requests import request_bills, request_card
from apps.billing.services.settle import mark_refunded
from kernel import clock
from kernel.errors import DomainError, StateConflict
from kernel.models import OutboxEvent
from tests.billing.refund_support import buy, top_up
from tests.billing.support import BLOOD, NOW, at_once, fresh, his, issue, pay, registration
from tests.support.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Iterator[World]:
    """The world at NOW, committed, so that other connections see it."""
    sync_access()
    with clock.frozen(NOW):
        yield build_world()


def failures(results: list[Any]) -> list[Any]:
    return [r for r in results if isinstance(r, Exception)]


@pytest.mark.requirement("PAY-08")
def test_a_bill_is_cancelled_or_paid_never_both(clinic: World) -> None:
    for _ in range(12):
        bill = issue(clinic)
        held = fresh(bill)
        results = at_once(
            [partial(pay, bill), partial(cancel_bill, held, cause=CancelCause.STAFF), partial(pay, bill)], 3
        )
        assert len(failures(results)) == 2, results
        assert all(isinstance(r, (StateConflict, errors.BillAlreadyPaid)) for r in failures(results))
        topics = OutboxEvent.objects.filter(payload__bill_id=str(bill.pk)).values_list("topic", flat=True)
        ends = [topic for topic in topics if topic != "billing.bill_issued"]
        assert ends == [f"billing.bill_{fresh(bill).status}"]


@pytest.mark.requirement("PAY-08")
def test_payments_of_the_same_bills_in_any_order_do_not_block_each_other(clinic: World) -> None:
    for _ in range(6):
        first, second = issue(clinic), issue(clinic)
        results = at_once([partial(pay, first, second), partial(pay, second, first)], 2)
        assert len(failures(results)) == 1 and isinstance(failures(results)[0], StateConflict), results


@pytest.mark.requirement("PAY-04")
def test_an_appointment_gets_one_bill_from_many_workers(clinic: World) -> None:
    first = registration(clinic)
    cancel_bill(first, cause=CancelCause.STAFF)
    results = at_once([partial(registration, clinic, subject_id=first.subject_id) for _ in range(8)], 8)
    assert len(failures(results)) == 7
    assert all(isinstance(r, errors.BillStands) for r in failures(results)), results
    assert Bill.objects.filter(status="issued").count() == 1


@pytest.mark.requirement("PAY-04")
def test_the_same_push_of_his_makes_one_bill(clinic: World) -> None:
    patient = clinic.patients["patient_a"]
    results = at_once([partial(receive_bill, hospital=clinic.h1, patient=patient, spec=his("H-1"))] * 8, 8)
    assert not failures(results), results
    assert sorted(is_new for _, is_new in results) == [False] * 7 + [True]
    assert Bill.objects.count() == 1


@pytest.mark.requirement("PAY-04")
def test_a_correction_of_his_meets_a_payment(clinic: World) -> None:
    patient = clinic.patients["patient_a"]
    for number in range(8):
        bill, _ = receive_bill(hospital=clinic.h1, patient=patient, spec=his(f"H-{number}"))
        dearer = his(f"H-{number}", BLOOD, BLOOD)
        results = at_once(
            [partial(pay, bill), partial(receive_bill, hospital=clinic.h1, patient=patient, spec=dearer)], 2
        )
        standing = Bill.objects.get(external_id=f"H-{number}", status__in=("issued", "paid"))
        assert len(failures(results)) == 1 and isinstance(failures(results)[0], DomainError), results
        assert (standing.status, standing.amount_fen) in {("paid", 2_000), ("issued", 4_000)}


@pytest.mark.requirement("PAY-07")
def test_an_item_is_handed_out_or_refunded_never_both(clinic: World) -> None:
    for _ in range(8):
        (bill,) = pay(issue(clinic, BLOOD))
        item = bill.items.get()
        results = at_once(
            [
                partial(perform_item, item, staff=clinic.staff["clerk"]),
                partial(mark_refunded, bill_id=bill.pk, amount_fen=2_000),
            ],
            2,
        )
        assert len(failures(results)) == 1, results
        performed, refunded = bill.items.get().performed_at is not None, fresh(bill).refunded_fen
        assert (performed, refunded) in {(True, 0), (False, 2_000)}
        assert refundable_fen(fresh(bill)) == 0


@pytest.mark.requirement("PAY-07")
def test_refunds_at_once_never_exceed_the_bill(clinic: World) -> None:
    (bill,) = pay(issue(clinic))
    results = at_once([partial(mark_refunded, bill_id=bill.pk, amount_fen=1_000) for _ in range(8)], 8)
    assert len(failures(results)) == 4
    assert fresh(bill).refunded_fen == 4_000


@pytest.mark.requirement("PAY-07")
def test_of_requests_for_the_same_money_at_once_one_is_taken(clinic: World) -> None:
    clerk = clinic.staff["clerk"]
    for _ in range(4):
        bill = issue(clinic)
        order = buy(clinic, bill)
        ask = partial(request_bills, order=order, amounts={bill.pk: None}, reason="x", staff=clerk)
        results = at_once([ask, ask], 2)
        assert [type(r) for r in failures(results)] == [errors.RefundRequested], results
        assert RefundRequestLine.objects.filter(bill=bill).count() == 1
    top_up(clinic, 1_000)
    part = partial(request_card, card=clinic.cards["patient_a"], amount_fen=600, reason="x", staff=clerk)
    assert [type(r) for r in failures(at_once([part, part], 2))] == [errors.RefundRequested]
    assert RefundRequest.objects.filter(card=clinic.cards["patient_a"]).count() == 1


@pytest.mark.requirement("PAY-14")
def test_an_invoice_is_issued_once_and_every_copy_has_its_own_number(clinic: World) -> None:
    (bill,) = pay(issue(clinic))
    results = at_once([partial(issue_invoice, bill) for _ in range(6)], 6)
    assert len(failures(results)) == 5 and Invoice.objects.count() == 1
    invoice, staff = Invoice.objects.get(), clinic.staff["clerk"]
    copies = [
        partial(print_invoice, invoice, desk="急诊收费处", reason="补打", staff=staff) for _ in range(6)
    ]
    assert not failures(at_once(copies, 6))
    numbers = InvoicePrint.objects.order_by("copy_no").values_list("copy_no", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6] and Invoice.objects.get().print_count == 6
