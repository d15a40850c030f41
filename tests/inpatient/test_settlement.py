"""出院结算: deposit against charges to the fen, the rest returned or collected, taken back by two persons (INP-03)."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.identity.models import CalendarDay
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.admissions import discharge
from apps.inpatient.services.reversals import reverse_charge
from apps.messaging.models import Message
from apps.payments.models import PaymentOrder, Refund
from apps.payments.services.record_refund import record_succeeded
from apps.worklist.models import Approval, WorkItem
from kernel import clock
from tests.inpatient.settling import cost, handle, over, revenue, settle
from tests.inpatient.support import (
    BED,
    admit,
    at_desk,
    charge,
    code,
    deposit_of,
    get,
    his_stay,
    in_app,
    paid,
    pay_online,
)  # fmt: skip
from tests.support.effort import examples
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INP-03"), pytest.mark.requirement("PAY-15")]


def test_what_is_left_of_the_deposit_goes_back_the_newest_payment_first(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000, 40_000, 5_000))
    answer = settle(ward, stay)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["charged_fen"], made["deposit_fen"], made["collect_fen"], made["return_fen"]) == (
        70_000, 95_000, 0, 25_000,
    )  # fmt: skip
    assert (made["state"], deposit_of(stay), revenue(ward)) == ("returning", 0, 70_000)
    amounts = Refund.objects.order_by("amount_fen").values_list("amount_fen", "route", "cause")
    assert list(amounts) == [(5_000, "original", "window"), (20_000, "original", "window")]
    shown = get(ward, "patient_a", f"admissions/{stay.pk}").json()["settlement"]
    assert (shown["state"], shown["return_fen"]) == ("returning", 25_000)
    assert get(ward, "patient_b", f"settlements/{made['id']}").status_code == 404
    handle()
    assert "退回押金250.00元" in Message.objects.get(scene="stay_settled").text


def test_cash_goes_back_in_cash_at_once(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(80_000,), way="cash")
    made = settle(ward, stay).json()
    assert (made["state"], made["money"]["returned_fen"]) == ("settled", 10_000)
    assert Refund.objects.get().state == "succeeded" and deposit_of(stay) == 0


def test_what_is_missing_is_paid_and_then_it_is_settled(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000,))
    made = settle(ward, stay).json()
    assert (made["state"], made["collect_fen"], revenue(ward)) == ("collecting", 20_000, 0)
    asked = in_app(ward, "patient_a", f"settlements/{made['id']}/collect", {})
    assert asked.status_code == 200, asked.content
    again = at_desk(ward, "clerk", f"settlements/{made['id']}/collect").json()
    assert again["money"]["order_id"] == asked.json()["money"]["order_id"], "one order, whoever asks"
    order = pay_online(PaymentOrder.objects.get(pk=asked.json()["money"]["order_id"]))
    assert (order.state, order.scene) == ("posted", "inpatient_settlement")
    handle()
    handle()
    row = DischargeSettlement.objects.get()
    assert (row.state, deposit_of(stay), revenue(ward)) == ("settled", 0, 70_000)
    assert code(at_desk(ward, "clerk", f"settlements/{row.pk}/collect")) == (409, "nothing_to_collect")


def test_nothing_to_move_is_settled_too(ward: World) -> None:
    assert settle(ward, over(ward)).json()["state"] == "settled"


def test_a_stay_is_settled_once_and_changes_no_more(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(70_000,))
    first = settle(ward, stay).json()
    refused = settle(ward, stay)
    assert code(refused) == (409, "stay_settled") and refused.json()["settlement_id"] == first["id"]
    item = {
        "day": clock.today().isoformat(),
        "name": "床位费",
        "quantity": "1",
        "unit_price_fen": 100,
        "category": "bed",
    }
    body = {"charges": [item]}
    assert code(at_desk(ward, "clerk", f"admissions/{stay.pk}/charges", body)) == (409, "stay_settled")
    row = stay.charges.get()
    reverse = {"reason": "多记"}
    assert code(at_desk(ward, "clerk", f"inpatient-charges/{row.pk}/reverse", reverse)) == (
        409,
        "stay_settled",
    )
    assert code(at_desk(ward, "clerk", f"admissions/{stay.pk}/recall")) == (409, "stay_settled")
    assert statement_of(stay).charged_fen == 70_000


def test_only_who_has_left_is_settled_and_his_has_to_say_that_no_more_comes(ward: World) -> None:
    assert code(settle(ward, admit(ward))) == (409, "stay_not_over")
    left = {"patient": ward.patients["patient_b"], "discharged_at": clock.now()}
    his = his_stay(ward, **left)
    charge(his, BED, external_id="C1")
    assert code(settle(ward, his)) == (409, "charges_may_come")
    his_stay(ward, **left, charges_final=True, his_deposit_fen=0, as_of=clock.now())
    assert settle(ward, his).json()["state"] == "collecting"


def test_a_settlement_nobody_has_paid_is_withdrawn_and_made_again(ward: World) -> None:
    stay = over(ward, charged=70_000)
    made = settle(ward, stay).json()
    order_id = at_desk(ward, "clerk", f"settlements/{made['id']}/collect").json()["money"]["order_id"]
    assert at_desk(ward, "clerk", f"settlements/{made['id']}/withdraw").json()["state"] == "withdrawn"
    assert PaymentOrder.objects.get(pk=order_id).state == "closed"
    reverse_charge(stay.charges.get(), quantity=None, note="多记", staff=ward.staff["clerk"])
    assert settle(ward, stay).json()["state"] == "settled"
    assert code(at_desk(ward, "clerk", f"settlements/{made['id']}/withdraw")) == (409, "state_conflict")


def reopened(world: World, made: dict[str, Any], by: str = "cfo") -> Any:
    """Asked for by the clerk, decided by that person."""
    answer = at_desk(world, "clerk", f"settlements/{made['id']}/reopen", {"reason": "漏记费用"})
    assert answer.status_code == 200, answer.content
    approval = Approval.objects.get(subject_id=made["id"])
    return at_desk(world, by, f"approvals/{approval.pk}/approve", {"version": approval.version})


def test_it_is_taken_back_by_two_persons_on_its_day(ward: World) -> None:
    ward.add_staff("cfo", "finance_head", ward.h1, [])
    stay = over(ward, charged=70_000, deposits=(70_000,))
    made = settle(ward, stay).json()
    assert reopened(ward, made, "clerk").status_code in (403, 404), "who asked does not decide"
    approval = Approval.objects.get(subject_id=made["id"])
    answer = at_desk(ward, "cfo", f"approvals/{approval.pk}/approve", {"version": approval.version})
    assert answer.status_code == 200, answer.content
    row = DischargeSettlement.objects.get()
    assert (row.state, deposit_of(stay), revenue(ward)) == ("reopened", 70_000, 0)
    charge(stay, cost(5_000))
    again = settle(ward, stay).json()
    assert (again["state"], again["collect_fen"]) == ("collecting", 5_000)


def test_the_next_day_it_stands(ward: World) -> None:
    made = settle(ward, over(ward, charged=70_000, deposits=(70_000,))).json()
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        answer = at_desk(ward, "clerk", f"settlements/{made['id']}/reopen", {"reason": "漏记费用"})
    assert code(answer) == (409, "reopen_too_late")


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (dt.date(2026, 11, 30), dt.date(2026, 12, 3)),  # Monday → Thursday
        (dt.date(2026, 11, 27), dt.date(2026, 12, 2)),  # Friday → Wednesday
        (dt.date(2026, 11, 28), dt.date(2026, 12, 2)),  # Saturday → Wednesday
    ],
)
def test_a_discharge_is_work_that_is_due_three_working_days_later(
    ward: World, left: dt.date, due: dt.date
) -> None:
    with clock.frozen(clock.local(left, dt.time(15))):
        stay = over(ward, charged=70_000, deposits=(70_000,))
        item = WorkItem.objects.get(kind="inpatient.settlement", subject_id=stay.pk)
        assert item.due_at.astimezone(clock.LOCAL).date() == due and item.escalates_at == item.due_at
        settle(ward, stay)
        item.refresh_from_db()
        assert item.state == "done"


def test_a_holiday_is_no_working_day(ward: World) -> None:
    CalendarDay.objects.create(hospital=ward.h1, date=dt.date(2026, 12, 1), kind="holiday")
    with clock.frozen(clock.local(dt.date(2026, 11, 30), dt.time(15))):
        stay = over(ward)
    item = WorkItem.objects.get(kind="inpatient.settlement", subject_id=stay.pk)
    assert item.due_at.astimezone(clock.LOCAL).date() == dt.date(2026, 12, 4)


def test_refunds_that_succeed_end_it(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(80_000,))
    made = settle(ward, stay).json()
    refund = Refund.objects.get()
    assert str(refund.decision_id) == made["id"]
    assert get(ward, "clerk", f"settlements/{made['id']}").json()["state"] == "returning"
    record_succeeded(refund.pk)
    handle()
    shown = get(ward, "clerk", f"settlements/{made['id']}").json()
    assert (shown["state"], shown["money"]["returned_fen"]) == ("settled", 10_000)


AMOUNTS = st.integers(min_value=1_000, max_value=200_000)


@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(charges=st.lists(AMOUNTS, max_size=4), deposits=st.lists(AMOUNTS, max_size=3), back=st.booleans())
def test_whatever_was_charged_and_paid_adds_up_to_the_fen(
    ward: World, charges: list[int], deposits: list[int], back: bool
) -> None:
    Admission.objects.filter(status="admitted").update(status="discharged", discharged_at=clock.now())
    before, stay = revenue(ward), admit(ward)
    rows = [charge(stay, cost(fen))[0] for fen in charges]
    for fen in deposits:
        paid(ward, stay, fen)
    if back and rows:
        reverse_charge(rows[0], quantity=None, note="多记", staff=ward.staff["clerk"])
    charged = sum(charges) - (charges[0] if back and charges else 0)
    discharge(stay)
    made = settle(ward, stay).json()
    if made["collect_fen"]:
        at_desk(ward, "clerk", f"settlements/{made['id']}/collect")
        order = PaymentOrder.objects.get(scene="inpatient_settlement", state="pending")
        assert order.amount_fen == charged - sum(deposits)
        pay_online(order)
        handle()
    row = DischargeSettlement.objects.get(pk=made["id"])
    returned = sum(Refund.objects.filter(decision_id=row.pk).values_list("amount_fen", flat=True))
    assert row.state == ("returning" if row.return_fen else "settled")
    assert (statement_of(stay).arrears_fen, statement_of(stay).balance_fen) == (0, 0)
    assert (deposit_of(stay), revenue(ward) - before) == (0, charged)
    assert returned == row.return_fen == max(sum(deposits) - charged, 0)


def test_only_stays_that_can_be_settled_are_offered_for_it(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000, 40_000))
    admit(ward, "patient_b")

    def offered() -> list[str]:
        return [row["id"] for row in get(ward, "clerk", "admissions/options", may_be_settled="true").json()]

    assert offered() == [str(stay.pk)]
    rows = get(ward, "clerk", "admissions").json()["results"]
    assert {row["id"]: row["may_be_settled"] for row in rows}[str(stay.pk)] is True
    assert settle(ward, stay).status_code == 201
    assert offered() == []
    assert get(ward, "clerk", f"admissions/{stay.pk}").json()["may_be_settled"] is False


def test_a_deposit_says_what_went_back_of_it_and_what_paid_the_charges(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000, 40_000))

    def split() -> list[tuple[int, int, int]]:
        rows = get(ward, "clerk", "inpatient-deposits").json()["results"]
        return sorted((row["amount_fen"], row["consumed_fen"], row["refunded_fen"]) for row in rows)

    assert split() == [(40_000, 0, 0), (50_000, 0, 0)]
    assert settle(ward, stay).status_code == 201
    assert split() == [(40_000, 20_000, 20_000), (50_000, 50_000, 0)]
