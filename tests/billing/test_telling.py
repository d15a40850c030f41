"""What patients are told: the voucher after paying; new bills only where the hospital wants it; the timeline."""

import pytest

from apps.billing.models import Bill, CancelCause
from apps.billing.services.cancel import cancel_bill
from apps.billing.services.settle import mark_refunded
from apps.identity.models import Hospital
from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from tests.billing.support import deliver, fresh, issue, pay, registration
from tests.support.world import World


def entries(bill: Bill) -> dict[str, tuple[str, str]]:
    rows = TimelineEntry.objects.filter(ref_type="billing.bill", ref_id=bill.pk)
    return {row.kind: (row.state, row.title) for row in rows}


@pytest.mark.requirement("PAY-05", "MSG-06")
def test_the_notice_after_paying_serves_as_voucher(clinic: World) -> None:
    bill = issue(clinic)
    pay(bill, account_id=clinic.accounts["patient_a"].pk)
    deliver()
    deliver()  # a repetition tells nobody twice
    message = Message.objects.get()
    assert (message.scene, message.account) == ("bill_paid", clinic.accounts["patient_a"])
    for words in ("第一医院", "45.00元", "阿司匹林肠溶片 2盒", "血常规 1次", fresh(bill).voucher_no):
        assert words in message.text


@pytest.mark.requirement("PAY-05")
def test_who_pays_at_the_window_is_told_by_the_own_account_or_by_text(clinic: World) -> None:
    pay(issue(clinic), channel="cash")
    pay(issue(clinic, patient="patient_b"), account_id=clinic.accounts["patient_a"].pk)
    stranger = clinic.add_patient("stranger", name="王五", id_kind="none")
    pay(issue(clinic, patient="stranger"))
    deliver()
    told = dict(Message.objects.values_list("patient__name", "account__openid"))
    assert told == {"张三丰": "o-patient_a", "李四光": "o-patient_a", stranger.name: None}


@pytest.mark.requirement("PAY-04")
def test_new_bills_are_pushed_only_where_the_hospital_wants_it(clinic: World) -> None:
    issue(clinic)
    deliver()
    assert not Message.objects.exists()
    Hospital.objects.filter(pk=clinic.h1.pk).update(settings={"billing.push_unpaid": True})
    bill = issue(clinic)
    gone = cancel_bill(issue(clinic), cause=CancelCause.STAFF)
    deliver()
    assert gone.status == "cancelled"
    keys = set(Message.objects.values_list("dedupe_key", flat=True))
    assert f"bill_issued:{bill.pk}" in keys and f"bill_issued:{gone.pk}" not in keys


@pytest.mark.requirement("PAT-03")
def test_charges_and_payments_stand_in_the_timeline_with_their_present_state(clinic: World) -> None:
    bill, fee = issue(clinic), registration(clinic)
    deliver()
    assert entries(bill) == {"charge": ("issued", "阿司匹林肠溶片、血常规 45.00 元")}
    pay(bill)
    cancel_bill(fee, cause=CancelCause.APPOINTMENT)
    deliver()
    assert entries(fee)["charge"][0] == "cancelled" and "payment" not in entries(fee)
    assert entries(bill)["payment"] == ("paid", "阿司匹林肠溶片、血常规 45.00 元")
    mark_refunded(bill_id=bill.pk, amount_fen=4_500)
    deliver()
    assert entries(bill)["charge"][0] == "refunded"
    assert entries(bill)["payment"] == ("refunded", "阿司匹林肠溶片、血常规 45.00 元,已退 45.00 元")
