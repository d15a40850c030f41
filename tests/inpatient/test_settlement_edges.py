"""出院结算 where something goes wrong: refusals of HIS, late payments, several clerks (INP-03)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from apps.billing.adapters.embedded import EmbeddedHis
from apps.inpatient.errors import NothingToCollect
from apps.inpatient.models import DepositCeiling, DischargeSettlement
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.collecting import collect
from apps.inpatient.services.settlement_work import open_missing
from apps.messaging.models import Message
from apps.payments.models import PaymentOrder, Refund
from apps.payments.ports import PaymentPosting, Receipt
from apps.payments.services.advance_order import give_up
from apps.payments.services.advance_refund import advance_refund
from apps.payments.services.record_refund import record_succeeded
from apps.payments.types import CloseCause
from apps.worklist.models import Approval, WorkItem
from apps.worklist.services.approvals import expire_due
from kernel import clock
from tests.inpatient.settling import cost, handle, over, revenue, settle
from tests.inpatient.support import (
    admit,
    at_desk,
    charge,
    code,
    configure,
    deposit_of,
    get,
    in_app,
    paid,
    pay_online,
)  # fmt: skip
from tests.payments.his import NoRefunds, use_his, well_afterwards
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INP-03"), pytest.mark.requirement("PAY-15")]


@pytest.fixture(autouse=True)
def _his() -> Iterator[None]:
    with well_afterwards():
        yield


def sums(stay: Any) -> tuple[int, int, int]:
    found = statement_of(stay)
    return found.settled_fen, found.balance_fen, found.arrears_fen


def work(stay: Any) -> list[str]:
    rows = WorkItem.objects.filter(kind="inpatient.settlement", subject_id=stay.pk).order_by("id")
    return list(rows.values_list("state", flat=True))


def refused_by_his(world: World, charged: int = 70_000, deposits: tuple[int, ...] = (80_000,)) -> Any:
    """A settlement whose rest HIS lets not go back."""
    stay = over(world, charged=charged, deposits=deposits)
    made = settle(world, stay).json()
    use_his(NoRefunds)
    for refund in Refund.objects.filter(state="created"):
        Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
        advance_refund(refund.pk)
    use_his(EmbeddedHis)
    handle()
    return stay, made


def asked(world: World, made: dict[str, Any]) -> Any:
    return at_desk(world, "clerk", f"settlements/{made['id']}/reopen", {"reason": "漏记费用"})


def approve(world: World, made: dict[str, Any]) -> Any:
    world.add_staff("cfo", "finance_head", world.h1, [])
    approval = Approval.objects.get(subject_id=made["id"], state="requested")
    return at_desk(world, "cfo", f"approvals/{approval.pk}/approve", {"version": approval.version})


def test_a_settled_stay_owes_nothing_after_a_return(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(80_000,))
    settle(ward, stay)
    assert sums(stay) == (70_000, 0, 0)
    shown = get(ward, "clerk", f"admissions/{stay.pk}/statement").json()
    assert (shown["deposit_fen"], shown["settled_fen"], shown["arrears_fen"]) == (0, 70_000, 0)


def test_a_settled_stay_owes_nothing_after_the_rest_was_collected(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000,))
    made = settle(ward, stay).json()
    assert sums(stay) == (0, 0, 20_000)
    in_app(ward, "patient_a", f"settlements/{made['id']}/collect", {})
    pay_online(PaymentOrder.objects.get(scene="inpatient_settlement"))
    handle()
    assert sums(stay) == (70_000, 0, 0)


def test_a_rest_that_his_lets_not_go_back_is_work_and_decided_again(ward: World) -> None:
    stay, made = refused_by_his(ward)
    assert Refund.objects.get().state == "cancelled" and deposit_of(stay) == 10_000
    assert work(stay) == ["done", "open"]
    again = at_desk(ward, "clerk", f"settlements/{made['id']}/return-rest")
    assert again.status_code == 200, again.content
    assert deposit_of(stay) == 0
    record_succeeded(Refund.objects.get(state="created").pk)
    handle()
    assert DischargeSettlement.objects.get().state == "settled"
    assert work(stay) == ["done", "done"]


def test_one_that_his_lets_not_go_back_may_be_reopened(ward: World) -> None:
    stay, made = refused_by_his(ward)
    assert asked(ward, made).status_code == 200
    assert approve(ward, made).status_code == 200
    assert (DischargeSettlement.objects.get().state, deposit_of(stay), revenue(ward)) == (
        "reopened",
        80_000,
        0,
    )
    assert sums(stay) == (0, 10_000, 0)


def test_one_whose_money_is_on_its_way_is_not_reopened(ward: World) -> None:
    made = settle(ward, over(ward, charged=70_000, deposits=(80_000,))).json()
    assert code(asked(ward, made)) == (409, "state_conflict")


def test_one_is_reopened_after_the_rest_went_back_and_the_patient_pays_it_again(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(80_000,))
    made = settle(ward, stay).json()
    record_succeeded(Refund.objects.get().pk)
    handle()
    asked(ward, made)
    assert approve(ward, made).status_code == 200
    assert deposit_of(stay) == 70_000
    charge(stay, cost(5_000))
    again = settle(ward, stay).json()
    assert (again["state"], again["collect_fen"]) == ("collecting", 5_000)


def test_the_day_is_that_on_which_the_last_money_moved(ward: World) -> None:
    made = settle(ward, over(ward, charged=70_000, deposits=(80_000,))).json()
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        record_succeeded(Refund.objects.get().pk)
        handle()
        assert asked(ward, made).status_code == 200


def test_a_request_lapses_at_midnight(ward: World) -> None:
    made = settle(ward, over(ward, charged=70_000, deposits=(70_000,))).json()
    assert asked(ward, made).status_code == 200
    approval = Approval.objects.get(subject_id=made["id"])
    assert approval.expires_at == clock.local(clock.today() + dt.timedelta(days=1), dt.time())
    with clock.frozen(approval.expires_at):
        assert expire_due(limit=10) == 1
    approval.refresh_from_db()
    assert approval.state == "expired"


def collected(world: World, made: dict[str, Any]) -> PaymentOrder:
    row = DischargeSettlement.objects.select_related("hospital").get(pk=made["id"])
    return collect(row, application="window", staff=world.staff["clerk"])


def test_a_payment_that_comes_late_settles_the_stay(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(50_000,))
    made = settle(ward, stay).json()
    first = give_up(collected(ward, made), cause=CloseCause.GIVEN_UP)
    second = give_up(collected(ward, made), cause=CloseCause.GIVEN_UP)
    assert first.pk != second.pk
    assert pay_online(first).state == "posted"
    handle()
    assert DischargeSettlement.objects.get().state == "settled"
    money = get(ward, "clerk", f"settlements/{made['id']}").json()["money"]
    assert (money["order_id"], money["order_state"]) == (str(first.pk), "posted")


def test_what_is_owed_is_collected_whole_however_much_it_is(ward: World) -> None:
    configure(ward, payment__max_order_fen=10_000)
    made = settle(ward, over(ward, charged=70_000)).json()
    answer = at_desk(ward, "clerk", f"settlements/{made['id']}/collect")
    assert answer.status_code == 200, answer.content
    assert PaymentOrder.objects.get().amount_fen == 70_000


def test_his_is_told_whose_rest_was_paid(ward: World) -> None:
    told: list[PaymentPosting] = []

    class Listening(EmbeddedHis):
        def post_payment(self, posting: PaymentPosting) -> Receipt:
            told.append(posting)
            return super().post_payment(posting)

    stay = over(ward, charged=70_000)
    made = settle(ward, stay).json()
    use_his(Listening)
    pay_online(collected(ward, made))
    assert [(each.scene, each.admission_no, each.amount_fen) for each in told] == [
        ("inpatient_settlement", stay.admission_no, 70_000)
    ]


def test_an_order_that_is_opened_while_the_settlement_is_withdrawn_is_let_go(
    ward: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = settle(ward, over(ward, charged=70_000)).json()
    stale = DischargeSettlement.objects.select_related("hospital").get(pk=made["id"])
    at_desk(ward, "clerk", f"settlements/{made['id']}/withdraw")
    monkeypatch.setattr(stale, "refresh_from_db", lambda: None)  # it was read before
    with pytest.raises(NothingToCollect):
        collect(stale, application="window", staff=ward.staff["clerk"])
    assert PaymentOrder.objects.get().state == "closed"


def test_only_the_cash_that_a_clerk_decided_on_leaves_their_drawer(ward: World) -> None:
    stay = over(ward, charged=70_000, deposits=(80_000,), way="cash")
    made = settle(ward, stay).json()
    Refund.objects.update(state="created", succeeded_at=None, decided_by=ward.staff["doctor_a"])
    DischargeSettlement.objects.update(state="returning", ended_at=None)
    answer = at_desk(ward, "clerk", f"settlements/{made['id']}/return-rest")
    assert answer.status_code == 200, answer.content
    assert Refund.objects.get().state == "created"


def test_insured_stays_are_not_settled_as_if_they_paid_themselves(ward: World) -> None:
    stay = over(ward, charged=70_000)
    type(stay).objects.filter(pk=stay.pk).update(payer_type="employee_insurance")
    assert code(settle(ward, stay)) == (422, "insurance_not_supported")


def test_people_are_told_what_is_to_be_paid_and_that_it_was(ward: World) -> None:
    made = settle(ward, over(ward, charged=70_000, deposits=(50_000,))).json()
    handle()
    assert "请补缴200.00元" in Message.objects.get(scene="stay_to_be_paid").text
    pay_online(collected(ward, made))
    handle()
    handle()  # what the first look has led to
    assert "其中补缴200.00元" in Message.objects.get(scene="stay_paid_up").text
    assert not Message.objects.filter(scene="stay_settled").exists()


def test_a_stay_that_was_over_before_is_work_as_long_as_its_deposit_lies_here(ward: World) -> None:
    stay = over(ward, deposits=(50_000,))
    other = over(ward)
    WorkItem.objects.all().delete()
    assert open_missing() == 1
    assert (work(stay), work(other)) == (["open"], [])
    assert open_missing() == 0


def test_who_is_not_bound_to_the_patient_learns_nothing_of_the_illness(ward: World) -> None:
    stay = admit(ward, diagnosis_code="I25.1")
    configure(ward, inpatient__deposit_enabled=True)
    DepositCeiling.objects.create(hospital=ward.h1, code_prefix="I25", ceiling_fen=60_000)
    paid(ward, stay, 50_000)
    body = {"hospital_id": str(ward.h1.pk), "admission_no": stay.admission_no, "name": stay.patient.name}
    found = in_app(ward, "patient_b", "admissions/find", body)
    assert found.status_code == 200, found.content
    answer = in_app(ward, "patient_b", f"admissions/{stay.pk}/deposits", {"amount_fen": 20_000})
    assert code(answer) == (409, "deposit_not_taken")
    assert not {"ceiling_fen", "left_fen"} & answer.json().keys()
