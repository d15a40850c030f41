"""A receipt is issued after the payment was posted, once, whatever the platform says or does not say."""

from decimal import Decimal

import pytest

from apps.billing.models import BillKind
from apps.billing.services.checkout import open_payment
from apps.billing.services.invoices import keep_e_receipt
from apps.billing.services.items import ItemSpec
from apps.integrations.adapters.receipt_platform import ReceiptPlatformOfBosssoft
from apps.payments.services.counter import pay_at_counter
from apps.receipts.models import EReceipt, ReceiptAccount
from apps.receipts.ports import PlatformUnclear
from apps.receipts.services import record
from apps.receipts.services.content import CannotIssue, check_sum, lines_of, request_of
from kernel import clock, leases
from tests.billing.refund_support import buy, handle, price
from tests.billing.support import issue, pay, registration
from tests.receipts.support import CODES, ISSUE, Office

pytestmark = pytest.mark.requirement("PAY-14")


def test_what_was_paid_gets_a_receipt_of_the_platform(office: Office) -> None:
    bill, _, receipt = office.issued()
    (there,) = office.book()
    assert (there["bus_no"], there["total"], there["sent"]) == (receipt.receipt_no, "45.0", 1)
    assert (receipt.e_code, receipt.e_number, receipt.e_check_code) == (
        there["code"], there["number"], there["random"],
    )  # fmt: skip
    assert (receipt.amount_fen, receipt.kind, receipt.payer_name) == (4_500, "outpatient", "张三丰")
    assert receipt.picture_url.startswith("https://") and receipt.due_at is None
    sent = there["request"]
    assert [(c["chargeCode"], c["chargeName"], c["amt"]) for c in sent["chargeDetail"]] == [
        (CODES["western_medicine"], "西药费", 25.0), (CODES["test"], "检验费", 20.0),
    ]  # fmt: skip
    assert [(line["name"], line["number"], line["amt"]) for line in sent["listDetail"]] == [
        ("阿司匹林肠溶片", "2", 25.0), ("血常规", "1", 20.0),
    ]  # fmt: skip
    assert sent["payChannelDetail"] == [{"payChannelCode": "01", "payChannelValue": 45.0}]
    assert (sent["busType"], sent["patientNo"], len(sent["busDateTime"])) == ("02", bill.patient.mrn, 17)
    assert office.work_items() == []


def test_a_registration_is_issued_as_one_and_cash_says_so(office: Office) -> None:
    fee = registration(office.world, 1_500, subject_type="test.visit")
    buy(office.world, fee, channel="cash")
    handle()
    office.work()
    (there,) = office.book()
    assert (there["method"], there["request"]["busType"]) == ("invEBillRegistration", "06")
    assert there["request"]["payChannelDetail"] == [{"payChannelCode": "02", "payChannelValue": 15.0}]
    assert office.receipt(fee).kind == "registration"


@pytest.mark.requirement("CLN-08")
def test_of_several_tenders_the_receipt_tells_cash_from_the_rest_by_bill(office: Office) -> None:
    bills = sorted((issue(office.world, price(fen)) for fen in (3_000, 2_000)), key=lambda bill: bill.pk)
    order = open_payment(
        hospital=office.world.h1, patient_id=bills[0].patient_id, bill_ids=[bill.pk for bill in bills],
        application="window",
    )  # fmt: skip
    clerk = office.world.staff["clerk"]
    pay_at_counter(order=order, channel="pos", staff=clerk, reference="S1", amount_fen=2_400)
    pay_at_counter(order=order, channel="cash", staff=clerk)
    handle()
    office.work()
    told = {there["request"]["totalAmt"]: there["request"] for there in office.book()}
    assert told[30.0]["payChannelDetail"] == [
        {"payChannelCode": "01", "payChannelValue": 24.0}, {"payChannelCode": "02", "payChannelValue": 6.0},
    ]  # fmt: skip
    assert (told[30.0]["cashPay"], told[20.0]["cashPay"]) == (6.0, 20.0)
    assert told[20.0]["payChannelDetail"] == [{"payChannelCode": "02", "payChannelValue": 20.0}]


def test_nothing_is_issued_before_the_payment_is_posted(office: Office) -> None:
    bill = issue(office.world)
    handle()
    assert not EReceipt.objects.exists()
    pay(bill)  # marked by an order that nobody has posted
    handle()
    office.work()
    assert office.receipt(bill).state == "queued" and office.book() == []


def test_where_no_account_is_active_no_receipt_is_made(office: Office) -> None:
    ReceiptAccount.objects.update(is_active=False)
    office.paid()
    assert not EReceipt.objects.exists()


def test_what_is_paid_ahead_or_receipted_by_his_gets_none(office: Office) -> None:
    deposit = ItemSpec("住院押金", Decimal(1), 10_000, "deposit", unit="次")
    office.paid(deposit, kind=BillKind.INPATIENT_DEPOSIT)
    bill = issue(office.world)
    buy(office.world, bill)
    keep_e_receipt(bill, code="1", number="2", check_code="3")
    handle()
    at_his_window = issue(office.world)
    pay(at_his_window, order_id=None)
    handle()
    assert not EReceipt.objects.exists()


def test_a_platform_that_times_out_after_issuing_has_issued_once(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    bill, _ = office.paid()
    office.work()
    receipt = office.receipt(bill)
    assert receipt.state == "unknown" and receipt.error.startswith("connection")
    office.later(seconds=5)
    (there,) = office.book()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.e_number, there["sent"]) == ("issued", there["number"], 1)
    assert (receipt.sends, receipt.error) == (1, "")


def test_what_never_arrived_is_sent_again_only_when_the_platform_has_had_time(office: Office) -> None:
    office.faults({"kind": "close", "operation": ISSUE, "times": 1})
    bill, _ = office.paid()
    office.work()
    office.later(seconds=60)
    assert (office.receipt(bill).state, office.book()) == ("unknown", [])
    office.later(minutes=2)
    receipt = office.receipt(bill)
    (there,) = office.book()
    assert (receipt.state, receipt.sends, there["sent"]) == ("issued", 2, 1)


def test_a_worker_that_died_after_the_platform_issued_leaves_it_to_be_asked(office: Office) -> None:
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    assert leases.take(EReceipt, receipt.pk) is not None
    record.sending(receipt, lines=lines_of(bill, 4_500, CODES), total_fen=4_500)
    ReceiptPlatformOfBosssoft(office.world.h1, office.config()).issue(request_of(receipt, bill))
    office.work()  # the lease still runs
    assert office.receipt(bill).state == "issuing"
    office.later(seconds=61)
    (there,) = office.book()
    assert (office.receipt(bill).state, there["sent"]) == ("issued", 1)


def test_a_worker_that_died_before_it_sent_leaves_it_to_be_sent(office: Office) -> None:
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    record.sending(receipt, lines=lines_of(bill, 4_500, CODES), total_fen=4_500)
    office.work()
    assert (office.receipt(bill).state, office.book()) == ("unknown", [])
    office.later(minutes=3)
    assert office.receipt(bill).state == "issued" and len(office.book()) == 1


def test_a_refusal_fails_with_its_cause_and_somebody_is_told(office: Office) -> None:
    office.settings(place_code="999")
    bill, _ = office.paid()
    office.work()
    receipt = office.receipt(bill)
    assert (receipt.state, receipt.error, receipt.error_text) == ("failed", "S0013", "开票点不存在")
    (item,) = office.work_items()
    assert item.subject_id == receipt.pk and "开票点不存在" in item.title
    office.later(hours=1)
    assert (office.receipt(bill).state, office.receipt(bill).due_at) == ("failed", None)


def test_an_answer_that_is_not_signed_with_the_key_counts_for_nothing(office: Office) -> None:
    for wrong in ("bad", "none"):
        office.settings(answer_signature=wrong)
        bill, _ = office.paid()
        office.work()
        assert office.receipt(bill).state == "unknown"
        office.later(minutes=5)
        assert (
            office.receipt(bill).state == "unknown"
        )  # neither what it issued nor that it has nothing is believed
        office.settings(answer_signature="good")
        office.later(minutes=10)
        assert office.receipt(bill).state == "issued"
    assert [row["sent"] for row in office.book()] == [1, 1]


def test_a_platform_that_is_down_is_asked_again_and_after_a_while_people_hear_of_it(office: Office) -> None:
    office.settings(outage=True)
    bill, _ = office.paid()
    office.work()
    for _ in range(14):
        office.later(minutes=11)
    receipt = office.receipt(bill)
    assert (receipt.state, receipt.error, receipt.sends) == ("unknown", "http_503", 1)
    (item,) = office.work_items()
    assert item.subject_id == receipt.pk
    office.settings(outage=False)
    for _ in range(2):
        office.later(minutes=11)
    assert office.receipt(bill).state == "issued" and office.work_items() == []


def test_another_total_at_the_platform_is_never_shown_as_issued(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    office.settings(wrong_total_fen=100)
    bill, _ = office.paid()
    office.work()
    office.later(seconds=5)
    receipt = office.receipt(bill)
    assert (receipt.state, receipt.error, receipt.e_number) == ("failed", "amount_differs", "")
    assert "4600" in receipt.error_text and len(office.work_items()) == 1


def test_a_category_without_a_regional_code_is_not_guessed(office: Office) -> None:
    ReceiptAccount.objects.update(charge_codes={"test": "007"})
    bill, _ = office.paid()
    office.work()
    receipt = office.receipt(bill)
    assert (receipt.state, receipt.error) == ("failed", "charge_code_missing")
    assert "西药费" in receipt.error_text and office.book() == [] and len(office.work_items()) == 1


def test_lines_that_do_not_add_up_are_refused(office: Office) -> None:
    bill, _ = office.paid()
    lines = lines_of(bill, 4_500, CODES)
    with pytest.raises(CannotIssue, match="lines_differ"):
        check_sum(lines, 4_501)
    assert sum(line["amount_fen"] for line in lines) == 4_500


def test_a_repetition_that_is_refused_is_asked_about_before_it_fails(office: Office) -> None:
    """The first one came through after all, after the platform had said that it had nothing."""
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    record.sending(receipt, lines=lines_of(bill, 4_500, CODES), total_fen=4_500)
    request = request_of(receipt, bill)
    record.unknown(receipt, "timeout")
    record.never_arrived(receipt)
    ReceiptPlatformOfBosssoft(office.world.h1, office.config()).issue(request)
    office.faults({"kind": "code", "code": "S0009", "operation": ISSUE, "times": 1})
    office.work()
    (there,) = office.book()
    assert (office.receipt(bill).state, office.receipt(bill).e_number) == ("issued", there["number"])


def test_what_somebody_reversed_at_the_platform_meanwhile_is_reversed_here(office: Office) -> None:
    office.faults({"kind": "silent_after_work", "operation": ISSUE, "times": 1})
    bill, _ = office.paid()
    office.work()
    first = office.receipt(bill)
    office.sandbox.control("POST", "e_receipts/reverse", {"bus_no": first.receipt_no})
    office.later(seconds=5)
    first.refresh_from_db()
    second = office.receipt(bill)
    assert (first.state, second.state, second.replaces_id) == ("reversed", "issued", first.pk)
    assert first.e_number and first.reversal_number


def test_a_slow_platform_is_given_up_and_asked(office: Office) -> None:
    office.faults({"kind": "delay", "delay_ms": 1_500, "times": 1})
    platform = ReceiptPlatformOfBosssoft(office.world.h1, office.config(), seconds=0.3)
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    receipt.business_at, receipt.lines = clock.now(), lines_of(bill, 4_500, CODES)
    with pytest.raises(PlatformUnclear):
        platform.issue(request_of(receipt, bill))
