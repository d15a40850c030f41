"""A bill is the sum of its items, never changes, and is paid, cancelled and refunded once."""

import dataclasses
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from apps.billing import errors
from apps.billing.models import Bill, CancelCause, ChargeItem, Invoice
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.services.cancel import LATE, cancel_bill, cancel_expired, lapse_expired
from apps.billing.services.invoices import issue_invoice
from apps.billing.services.issue import reissue_bill, spec_of
from apps.billing.services.items import ItemSpec
from apps.billing.services.perform import perform_item, undo_item
from apps.billing.services.settle import mark_paid, mark_refunded, withdraw_refund
from apps.patients.services.merge import merge
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.money import MAX_FEN
from tests.billing.support import BLOOD, NOW, fresh, issue, minutes, pay, registration, sent
from tests.support.world import World


@pytest.mark.requirement("PAY-05")
def test_an_amount_is_quantity_times_price_with_half_a_fen_rounded_up(clinic: World) -> None:
    items = [
        ItemSpec("注射用水", Decimal("0.5"), 25),  # 12.5 → 13
        ItemSpec("葡萄糖", Decimal("1.333"), 100),  # 133.3 → 133
        ItemSpec("协定处方", Decimal(3), 100, amount_fen=299),  # HIS says so
        ItemSpec("赠送", Decimal(1), 0),
    ]
    bill = issue(clinic, *items)
    assert [row.amount_fen for row in bill.items.order_by("position")] == [13, 133, 299, 0]
    assert (bill.amount_fen, bill.title) == (445, "注射用水、葡萄糖、协定处方、赠送")
    assert bill.bill_no.startswith("ZD261123")


@pytest.mark.requirement("PAY-05")
@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([ItemSpec("赠送", Decimal(1), 0)], "items"),
        ([BLOOD] * 501, "items"),
        ([BLOOD, ItemSpec("x", Decimal("1.0001"), 1)], "items.1.quantity"),
        ([ItemSpec("x", Decimal(0), 1)], "items.0.quantity"),
        ([ItemSpec("x", Decimal(-1), 1)], "items.0.quantity"),
        ([ItemSpec("x", Decimal("NaN"), 1)], "items.0.quantity"),
        ([ItemSpec("x", Decimal(1_000_000), 1)], "items.0.quantity"),
        ([ItemSpec("x", Decimal(1), -1)], "items.0.unit_price_fen"),
        ([ItemSpec("x", Decimal(1), MAX_FEN + 1)], "items.0.unit_price_fen"),
        ([ItemSpec("x", Decimal(2), MAX_FEN)], "items.0.amount_fen"),
        ([ItemSpec("x", Decimal(1), 1, amount_fen=-1)], "items.0.amount_fen"),
        ([ItemSpec("x", Decimal(1), MAX_FEN)] * 2, "items"),
        ([ItemSpec("  ", Decimal(1), 1)], "items.0.name"),
    ],
)
def test_what_cannot_be_charged_is_refused_with_its_place(clinic: World, items: Any, field: str) -> None:
    spec = dataclasses.replace(spec_of(issue(clinic)), items=items)
    with pytest.raises(InvalidValue) as refused:
        reissue_bill(Bill.objects.get(), spec=spec)
    assert refused.value.field == field
    assert Bill.objects.get().status == "issued"


@pytest.mark.requirement("PAY-05")
def test_the_database_holds_that_the_amount_is_the_sum_and_that_nothing_is_rewritten(clinic: World) -> None:
    bill = issue(clinic)
    item = bill.items.first()
    columns = {"hospital_id": bill.hospital_id, "category": "other", "name": "x", "quantity": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        ChargeItem.objects.create(bill=bill, position=9, unit_price_fen=1, amount_fen=1, **columns)
    for statement in (
        "UPDATE billing_chargeitem SET amount_fen = amount_fen + 1",
        "UPDATE billing_chargeitem SET quantity = quantity + 1",
        "UPDATE billing_bill SET amount_fen = amount_fen + 1",
        "DELETE FROM billing_chargeitem",
        "DELETE FROM billing_bill",
    ):
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    lonely = Bill(
        hospital_id=bill.hospital_id, patient_id=bill.patient_id, bill_no="x", kind="test", title="x",
        amount_fen=1, issued_at=NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        lonely.save(force_insert=True)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert item is not None
    assert sum(row.amount_fen for row in bill.items.all()) == fresh(bill).amount_fen == 4_500


@pytest.mark.requirement("PAY-13")
@pytest.mark.parametrize("payer", [kind.value for kind in PayerType if kind != PayerType.SELF_PAY])
def test_an_insured_payer_is_known_and_refused(clinic: World, payer: str) -> None:
    with pytest.raises(errors.InsuranceNotSupported):
        issue(clinic, payer_type=payer)
    assert not Bill.objects.exists()


@pytest.mark.requirement("PAY-04")
def test_a_registration_has_one_standing_bill(clinic: World) -> None:
    first = registration(clinic)
    assert first.is_mandatory
    with pytest.raises(errors.BillStands) as refused:
        registration(clinic, subject_id=first.subject_id)
    assert refused.value.extra == {"bill_id": str(first.pk)}
    cancel_bill(first, cause=CancelCause.APPOINTMENT)
    assert registration(clinic, subject_id=first.subject_id).status == "issued"


@pytest.mark.requirement("PAY-04")
def test_a_bill_belongs_to_a_standing_registration_of_the_same_patient(clinic: World) -> None:
    own, other = registration(clinic), registration(clinic, patient="patient_b")
    assert issue(clinic, registration_bill=own).registration_bill == own
    for wrong in (other, issue(clinic), cancel_bill(registration(clinic), cause=CancelCause.STAFF)):
        with pytest.raises(InvalidValue) as refused:
            issue(clinic, registration_bill=wrong)
        assert refused.value.field == "registration_bill_id"
    with pytest.raises(InvalidValue):
        issue(clinic, department=clinic.departments["dental"])
    with pytest.raises(InvalidValue):
        issue(clinic, expires_at=NOW)


@pytest.mark.requirement("PAY-04")
def test_a_change_is_another_bill_and_the_registrations_bills_follow(clinic: World) -> None:
    first = registration(clinic)
    child = issue(clinic, registration_bill=first)
    dearer = ItemSpec("专家挂号费", Decimal(1), 5_000, "registration")
    again = reissue_bill(first, spec=dataclasses.replace(spec_of(first), items=[dearer], title=""))
    assert (fresh(first).status, fresh(first).cancel_cause) == ("cancelled", "reissued")
    assert (again.replaces, again.amount_fen, again.subject_id) == (first, 5_000, first.subject_id)
    assert again.bill_no != first.bill_no
    assert fresh(child).registration_bill == again
    assert (sent("bill_issued"), sent("bill_cancelled")) == (3, 1)
    with pytest.raises(StateConflict):
        reissue_bill(first, spec=spec_of(first))
    pay(again)
    with pytest.raises(errors.BillAlreadyPaid):
        reissue_bill(again, spec=spec_of(again))


@pytest.mark.requirement("PAY-04")
def test_bills_are_paid_all_or_none_and_once(clinic: World) -> None:
    bills, order = [issue(clinic), issue(clinic, BLOOD)], uuid4()
    paid = pay(*bills, order_id=order)
    assert {(bill.status, bill.order_id, bill.paid_at) for bill in paid} == {("paid", order, NOW)}
    assert {len(bill.voucher_no) for bill in paid} == {16}
    pay(*bills, order_id=order)  # again: nothing
    assert sent("bill_paid") == 2
    with pytest.raises(StateConflict):
        pay(bills[0])  # by another order
    other = issue(clinic)
    with pytest.raises(StateConflict), transaction.atomic():
        pay(other, bills[0])
    assert fresh(other).status == "issued"
    cancelled = cancel_bill(issue(clinic), cause=CancelCause.STAFF)
    with pytest.raises(StateConflict):
        pay(cancelled)
    common = {"hospital_id": clinic.h1.pk, "paid_at": NOW, "channel": "cash"}
    with pytest.raises(StateConflict):
        mark_paid({other.pk: other.amount_fen - 1}, **common)
    with pytest.raises(NotFound):
        mark_paid({other.pk: other.amount_fen, uuid4(): 1}, **common)
    with pytest.raises(NotFound):
        mark_paid({other.pk: other.amount_fen}, **common | {"hospital_id": clinic.h2.pk})
    assert fresh(other).status == "issued"


@pytest.mark.requirement("PAY-04")
def test_what_was_paid_is_no_longer_cancelled(clinic: World) -> None:
    bill = issue(clinic)
    pay(bill)
    with pytest.raises(errors.BillAlreadyPaid):
        cancel_bill(fresh(bill), cause=CancelCause.STAFF)
    with pytest.raises(StateConflict):
        cancel_bill(bill, cause=CancelCause.STAFF)  # read before it was paid
    assert fresh(bill).status == "paid"


@pytest.mark.requirement("PAY-04")
def test_an_expired_bill_waits_a_day_for_a_late_payment_and_ends_then(clinic: World) -> None:
    late, lost = (registration(clinic, expires_at=NOW + minutes(15)) for _ in range(2))
    with clock.frozen(NOW + minutes(16)):
        assert (lapse_expired(limit=10), cancel_expired(limit=10)) == (2, 0)
        pay(late)
    with clock.frozen(NOW + minutes(16) + LATE):
        assert cancel_expired(limit=10) == 1
    assert (fresh(late).status, fresh(lost).status, fresh(lost).cancel_cause) == (
        "paid",
        "cancelled",
        "expired",
    )


@pytest.mark.requirement("PAY-04")
def test_our_own_bills_lapse_with_their_time_and_those_of_his_do_not(clinic: World) -> None:
    own = registration(clinic, expires_at=NOW + minutes(15))
    his_own = issue(clinic, source="his", external_id="H-1", expires_at=NOW + minutes(15))
    lasting = issue(clinic)
    with clock.frozen(NOW + minutes(14)):
        assert lapse_expired(limit=10) == 0
    with clock.frozen(NOW + minutes(16)):
        assert lapse_expired(limit=10) == 1
        assert lapse_expired(limit=10) == 0
        pay(fresh(own))
    assert [fresh(bill).status for bill in (own, his_own, lasting)] == ["paid", "issued", "issued"]


@pytest.mark.requirement("PAY-07")
def test_what_was_performed_or_went_back_is_not_refundable(clinic: World) -> None:
    bill = issue(clinic)
    aspirin, blood = bill.items.order_by("position")
    assert refundable_fen(bill) == 0  # not paid
    with pytest.raises(errors.ItemNotPaid):
        perform_item(aspirin, staff=clinic.staff["clerk"])
    pay(bill)
    perform_item(blood, staff=clinic.staff["clerk"])
    assert refundable_fen(fresh(bill)) == 2_500
    with pytest.raises(errors.ItemPerformed):
        perform_item(blood, staff=clinic.staff["clerk"])
    for amount in (2_501, 0, -1):
        with pytest.raises(errors.RefundExceedsBill):
            mark_refunded(bill_id=bill.pk, amount_fen=amount)
    undo_item(blood)
    with pytest.raises(errors.ItemNotPerformed):
        undo_item(blood)
    perform_item(blood, staff=clinic.staff["clerk"])
    mark_refunded(bill_id=bill.pk, amount_fen=2_000)
    assert (fresh(bill).status, fresh(bill).refunded_fen, refundable_fen(fresh(bill))) == ("paid", 2_000, 500)
    with pytest.raises(errors.ItemRefunded):
        perform_item(aspirin, staff=clinic.staff["clerk"])  # only 500 of it are left
    with pytest.raises(errors.ItemRefunded):
        undo_item(blood)


@pytest.mark.requirement("PAY-07")
def test_a_whole_refund_ends_the_bill_and_can_be_withdrawn(clinic: World) -> None:
    bill = issue(clinic)
    with pytest.raises(StateConflict):
        mark_refunded(bill_id=bill.pk, amount_fen=1)
    pay(bill)
    invoice = issue_invoice(bill)
    mark_refunded(bill_id=bill.pk, amount_fen=4_500)
    assert fresh(bill).status == "refunded"
    assert Invoice.objects.get(pk=invoice.pk).reversed_at == NOW
    with pytest.raises(StateConflict):
        mark_refunded(bill_id=bill.pk, amount_fen=1)
    with pytest.raises(errors.ItemRefunded):
        perform_item(bill.items.first(), staff=clinic.staff["clerk"])
    withdraw_refund(bill_id=bill.pk, amount_fen=4_500)
    assert (fresh(bill).status, fresh(bill).refunded_fen) == ("paid", 0)
    with pytest.raises(errors.RefundExceedsBill):
        withdraw_refund(bill_id=bill.pk, amount_fen=1)
    assert (sent("bill_refunded"), sent("bill_refund_withdrawn")) == (1, 1)


@pytest.mark.requirement("PAT-02")
def test_bills_and_invoices_follow_a_merged_archive(clinic: World) -> None:
    other = clinic.add_patient("twin", name="张三丰", id_kind="none")
    paid, due = issue(clinic, patient="twin"), issue(clinic, patient="twin")
    pay(paid)
    invoice = issue_invoice(paid)
    survivor = clinic.patients["patient_a"]
    merge(survivor_id=survivor.pk, version=survivor.version, merged_id=other.pk, merged_version=other.version)
    assert {fresh(bill).patient_id for bill in (paid, due)} == {survivor.pk}
    assert Invoice.objects.get(pk=invoice.pk).patient_id == survivor.pk
    pay(due)
