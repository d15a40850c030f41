"""退费 as work: the doctor's until it is decided, then the clerks' until it is executed."""

import pytest

from apps.payments.models import Refund
from apps.worklist.models import Approval, WorkItem
from tests.billing.refund_support import ADMIN, act, ask, ask_card, buy, clinic_fee, reprint, state, top_up
from tests.billing.support import code, fresh, issue
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-07")


@pytest.mark.requirement("ORG-04")
def test_a_request_is_the_doctor_s_work_until_it_is_decided(clinic: World) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    item = WorkItem.objects.get(kind="billing.refund_approval")
    assert (item.executor, str(item.subject_id)) == (clinic.staff["doctor_a"], made["approval_id"])
    waiting = clinic.client("doctor_a").get(f"{ADMIN}/approvals", {"mine": "to_decide"}).json()["results"]
    assert [(row["kind"], row["amount_fen"], row["note"]) for row in waiting] == [
        ("billing.refund", 1_500, "患者要求")
    ]
    approval = Approval.objects.get(pk=made["approval_id"])
    body = {"version": approval.version, "reason": "未就诊"}
    answer = clinic.client("doctor_a").post(f"{ADMIN}/approvals/{approval.pk}/approve", body, format="json")
    assert (answer.status_code, state(made["id"])) == (200, "approved")
    item.refresh_from_db()
    assert (item.state, item.ended_by) == ("done", clinic.staff["doctor_a"])
    other = issue(clinic)
    assert ask(clinic, buy(clinic, other), other).json()["approval_id"] is None, "nobody has to decide"
    assert WorkItem.objects.filter(kind="billing.refund_approval").count() == 1


@pytest.mark.requirement("ORG-04")
def test_a_doctor_who_asked_for_it_leaves_the_decision_to_others(clinic: World) -> None:
    bill, order = clinic_fee(clinic, practitioner=clinic.staff["admin1"])
    made = ask(clinic, order, bill, who="admin1").json()
    item = WorkItem.objects.get(kind="billing.refund_approval")
    assert (item.executor, item.barred) == (None, [clinic.staff["admin1"].pk])
    assert act(clinic, "head", made, "approve").json()["state"] == "approved"


@pytest.mark.requirement("ORG-04")
def test_who_asked_withdraws_it_and_the_money_stays(clinic: World) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    url = f"{ADMIN}/approvals/{made['approval_id']}/withdraw"
    assert clinic.client("doctor_a").post(url, {}, format="json").status_code == 403
    assert clinic.client("clerk").post(url, {}, format="json").status_code == 200
    reprint(clinic, bill, 2)
    assert state(made["id"]) == "withdrawn"
    for who, action in (("doctor_a", "approve"), ("clerk", "execute")):
        assert act(clinic, who, made, action).status_code == 409, action
    assert not Refund.objects.exists()
    assert ask(clinic, order, bill).status_code == 201


def test_what_nobody_has_to_decide_may_be_rejected_all_the_same(clinic: World) -> None:
    bill = issue(clinic)
    made = ask(clinic, buy(clinic, bill), bill).json()
    assert code(act(clinic, "clerk", made, "reject", {"reason": "x"})) == (403, "permission_denied")
    rejected = act(clinic, "doctor_a", made, "reject", {"reason": "已取药"}).json()
    assert (rejected["state"], rejected["decided_by_name"], rejected["decision_note"]) == (
        "rejected", "doctor_a", "已取药",
    )  # fmt: skip
    for who, action in (("clerk", "execute"), ("head", "approve")):
        assert code(act(clinic, who, made, action)) == (409, "state_conflict")
    assert fresh(bill).refunded_fen == 0


@pytest.mark.requirement("ORG-04")
def test_what_nobody_has_to_decide_is_work_of_another_clerk_until_it_is_executed(clinic: World) -> None:
    top_up(clinic, 1_000)
    bill = issue(clinic)
    for made in (ask(clinic, buy(clinic, bill), bill).json(), ask_card(clinic, 800).json()):
        item = WorkItem.objects.get(kind="billing.refund_execution", subject_id=made["id"])
        assert (item.state, item.barred) == ("open", [clinic.staff["clerk"].pk])
        assert code(clinic.client("clerk").post(f"{ADMIN}/work-items/{item.pk}/take")) == (404, "not_found")
        assert act(clinic, "boss", made, "execute").status_code == 200
        item.refresh_from_db()
        assert (item.state, item.ended_by) == ("done", clinic.staff["boss"])


@pytest.mark.requirement("ORG-04")
def test_what_the_doctor_agreed_to_is_the_clerks_work_and_what_was_refused_nobodys(clinic: World) -> None:
    items = WorkItem.objects.filter(kind="billing.refund_execution")
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    assert not items.exists(), "the doctor's turn"
    act(clinic, "doctor_a", made, "approve")
    assert (items.get().state, items.get().barred) == ("open", [])
    other = issue(clinic)
    refused = ask(clinic, buy(clinic, other), other).json()
    assert act(clinic, "doctor_a", refused, "reject", {"reason": "已取药"}).status_code == 200
    assert items.get(subject_id=refused["id"]).state == "withdrawn"
