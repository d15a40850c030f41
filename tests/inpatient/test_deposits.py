"""住院押金补缴 (INP-01): asked for in the application or at the window, credited once it is posted, told of."""

from typing import Any
from uuid import uuid4

import pytest

from apps.billing.states import TopUpState
from apps.inpatient.models import Admission, DepositTransaction
from apps.inpatient.services.admissions import discharge
from apps.inpatient.services.deposits import credit_deposit, end_deposit
from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from apps.payments.errors import InsufficientBalance
from apps.payments.models import CloseCause, PaymentOrder, RefundCause, RefundRoute
from apps.payments.services import ledger
from apps.payments.services.advance_order import advance_order, give_up
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.payments.services.refunds import RefundPart, create_refund
from kernel.errors import StateConflict
from tests.inpatient.support import (
    ADMIN,
    ON,
    admit,
    at_desk,
    code,
    configure,
    deposit_of,
    get,
    handle,
    in_app,
    order_of,
    paid,
    pay_online,
    pending,
)  # fmt: skip
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-01")


def ask(world: World, stay: Admission, amount_fen: Any, who: str = "patient_a", **more: Any) -> Any:
    return in_app(world, who, f"admissions/{stay.pk}/deposits", {"amount_fen": amount_fen}, **more)


def at_window(world: World, stay: Admission, amount_fen: Any = 50_000, who: str = "clerk") -> Any:
    return at_desk(world, who, f"admissions/{stay.pk}/deposits", {"amount_fen": amount_fen})


def test_it_is_off_until_the_hospital_switches_it_on(ward: World) -> None:
    stay = admit(ward)
    assert code(ask(ward, stay, 50_000)) == (409, "deposit_disabled")
    assert code(at_window(ward, stay)) == (409, "deposit_disabled")
    assert get(ward, "patient_a", f"admissions/{stay.pk}").json()["deposit"]["is_payable"] is False
    assert not DepositTransaction.objects.exists()
    assert not PaymentOrder.objects.exists()
    configure(ward, **ON)
    assert get(ward, "patient_a", f"admissions/{stay.pk}").json()["deposit"]["is_payable"] is True
    assert ask(ward, stay, 50_000).status_code == 201


def test_what_is_paid_is_the_stay_s_deposit_once_it_is_posted_and_the_patient_is_told(ward: World) -> None:
    stay = admit(ward)
    configure(ward, **ON)
    made = ask(ward, stay, 50_000).json()
    assert (made["state"], made["order_state"], made["amount_fen"]) == ("pending", "pending", 50_000)
    assert (made["admission_no"], made["patient_name"]) == (stay.admission_no, "张*")
    order = PaymentOrder.objects.get(pk=made["order_id"])
    line = order.lines.get()
    assert (order.scene, order.application, line.subject_type) == (
        "inpatient_deposit", "miniprogram", "inpatient.deposit",
    )  # fmt: skip
    assert deposit_of(stay) == 0, "asked for is not paid"
    pay_online(order)
    assert deposit_of(stay) == 50_000
    line.refresh_from_db()
    assert (line.ledger_kind, line.ledger_owner) == ("inpatient_deposit", str(stay.pk))
    shown = get(ward, "patient_a", f"inpatient-deposits/{made['id']}").json()
    assert (shown["state"], shown["order_state"], shown["channel"]) == ("credited", "posted", "wechat_pay")
    handle()
    message = Message.objects.get(scene="deposit_received")
    assert message.account_id == ward.accounts["patient_a"].pk
    assert f"已收到住院号{stay.admission_no}的住院押金500.00元" in message.text
    entry = TimelineEntry.objects.get(kind="inpatient_deposit")
    assert (entry.patient_id, entry.state, entry.title) == (
        ward.patients["patient_a"].pk, "credited", "住院押金 500.00元",
    )  # fmt: skip


def test_the_amount_stays_within_the_hospitals_limits(ward: World) -> None:
    stay = admit(ward)
    configure(ward, **ON, inpatient__deposit_min_fen=10_000, inpatient__deposit_max_fen=20_000)
    for amount in (9_999, 20_001):
        refused = ask(ward, stay, amount)
        assert code(refused) == (400, "deposit_amount_not_allowed")
        assert (refused.json()["minimum_fen"], refused.json()["maximum_fen"]) == (10_000, 20_000)
    for wrong in (0, -1, "x", None, 1.5, 10**30):
        assert ask(ward, stay, wrong).status_code == 400, wrong
    configure(ward, payment__max_order_fen=15_000)
    assert code(ask(ward, stay, 20_000)) == (400, "amount_not_allowed")
    assert DepositTransaction.objects.get().state == "closed", "it left nothing to pay"
    assert get(ward, "patient_a", "inpatient-deposits").json()["results"] == []
    assert ask(ward, stay, 10_000).status_code == 201


@pytest.mark.requirement("PAY-08")
def test_it_is_credited_once_however_often_it_is_told(ward: World) -> None:
    stay = admit(ward)
    deposit = paid(ward, stay)
    order = order_of(deposit)
    for _ in range(3):
        account = credit_deposit(deposit_id=deposit.pk, order=order)
        advance_order(order.pk)
    assert account.owner == str(stay.pk)
    assert deposit_of(stay) == 50_000
    handle()
    assert Message.objects.filter(scene="deposit_received").count() == 1
    with pytest.raises(StateConflict):
        credit_deposit(deposit_id=deposit.pk, order=order_of(pending(ward, stay)))


def test_several_deposits_add_up_and_each_stay_has_its_own(ward: World) -> None:
    first, other = admit(ward), admit(ward, "patient_b")
    for amount in (10_000, 20_000):
        paid(ward, first, amount)
    paid(ward, other, 5_000)
    assert (deposit_of(first), deposit_of(other)) == (30_000, 5_000)


def test_nobody_pays_in_time_and_the_deposit_is_closed_a_late_payment_still_counts(ward: World) -> None:
    stay = admit(ward)
    deposit = pending(ward, stay)
    give_up(order_of(deposit), cause=CloseCause.GIVEN_UP)
    handle()
    deposit.refresh_from_db()
    assert deposit.state == "closed"
    assert pay_online(order_of(deposit)).state == "posted"
    deposit.refresh_from_db()
    assert (deposit.state, deposit_of(stay)) == ("credited", 50_000)
    end_deposit(order_id=order_of(deposit).pk, state=TopUpState.CLOSED)
    deposit.refresh_from_db()
    assert deposit.state == "credited", "an event that comes late changes nothing"


@pytest.mark.requirement("PAY-08")
def test_a_patient_who_was_discharged_meanwhile_gets_the_money_back(ward: World) -> None:
    stay = admit(ward)
    deposit = pending(ward, stay)
    discharge(stay)
    order = pay_online(order_of(deposit))
    assert (order.state, order.return_cause, deposit_of(stay)) == ("returning", "refused", 0)
    assert order.posting_error == "admission_discharged"
    handle()
    deposit.refresh_from_db()
    assert deposit.state == "returned"
    assert not Message.objects.filter(scene="deposit_received").exists()
    assert code(ask(ward, stay, 50_000)) == (409, "admission_discharged")
    assert get(ward, "patient_a", f"admissions/{stay.pk}").json()["deposit"]["is_payable"] is False


def test_the_same_key_asks_once(ward: World) -> None:
    stay = admit(ward)
    configure(ward, **ON)
    key = uuid4().hex
    first, again = ask(ward, stay, 50_000, key=key), ask(ward, stay, 50_000, key=key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert DepositTransaction.objects.count() == PaymentOrder.objects.count() == 1
    url = f"{ADMIN}/admissions/{stay.pk}/deposits"
    refused = ward.client("clerk").post(url, {"amount_fen": 50_000}, format="json")
    assert code(refused) == (400, "idempotency_key_required")


def test_a_clerk_takes_a_deposit_and_settles_it_like_any_other_order(ward: World) -> None:
    stay = admit(ward)
    configure(ward, **ON)
    made = at_window(ward, stay).json()
    assert (made["application"], made["state"], made["patient_name"]) == ("window", "pending", "张三丰")
    body = {"channel": "cash", "tendered_fen": 50_000}
    settled = at_desk(ward, "clerk", f"payment-orders/{made['order_id']}/settle", body)
    assert settled.json()["state"] == "posted"
    assert deposit_of(stay) == 50_000
    rows = get(ward, "clerk", "inpatient-deposits", admission_id=stay.pk).json()["results"]
    assert [(row["id"], row["state"], row["channel"]) for row in rows] == [(made["id"], "credited", "cash")]
    handle()
    told = Message.objects.get(scene="deposit_received")
    assert told.account_id == ward.accounts["patient_a"].pk, "the patient is told of what was paid for him"


def test_foreign_stays_and_deposits_do_not_exist(ward: World) -> None:
    stay = admit(ward)
    deposit = paid(ward, stay)
    for path in (
        f"admissions/{stay.pk}",
        f"admissions/{stay.pk}/daily-charges",
        f"inpatient-deposits/{deposit.pk}",
    ):
        assert get(ward, "patient_b", path).status_code == 404, path
    assert ask(ward, stay, 50_000, who="patient_b").status_code == 404
    assert get(ward, "patient_b", "admissions").json()["results"] == []
    assert get(ward, "patient_b", "inpatient-deposits").json()["results"] == []
    assert code(get(ward, "patient_none", "admissions")) == (409, "card_required")
    assert at_window(ward, stay, who="admin2").status_code == 404
    for path in ("", "/charges", "/statement", "/daily-charges", "/statement/export"):
        for stranger in ("admin2", "doctor_c"):
            expected = 403 if (stranger, path) == ("doctor_c", "/statement/export") else 404
            assert get(ward, stranger, f"admissions/{stay.pk}{path}").status_code == expected, (
                stranger,
                path,
            )


def test_a_deposit_goes_back_no_further_than_it_reaches(ward: World) -> None:
    stay = admit(ward)
    deposit = paid(ward, stay)
    order = order_of(deposit)
    part = [RefundPart(order.lines.get().pk, 20_000)]
    create_refund(
        order=order, parts=part, cause=RefundCause.WINDOW, reason="出院", route=RefundRoute.COUNTER_CASH
    )
    assert deposit_of(stay) == 30_000
    with pytest.raises(InsufficientBalance):
        ledger.post(
            hospital_id=stay.hospital_id, key="x", kind="x",
            movements=[
                Movement(Account(AccountKind.INPATIENT_DEPOSIT, str(stay.pk)), 30_001),
                Movement(Account(AccountKind.REVENUE), -30_001),
            ],
        )  # fmt: skip
