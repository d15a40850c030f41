"""审批: step by step by others than who asked; nothing takes effect before the last decision."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access.codes import SYSTEM_ROLES, all_codes
from apps.access.models import Role
from apps.audit.models import AuditEvent
from apps.identity.models import StaffNotice
from apps.worklist import errors
from apps.worklist.approvals import APPROVALS, Step, register
from apps.worklist.models import Approval, ApprovalStep, WorkDuty, WorkItem
from apps.worklist.services import approval_decisions as decisions, items
from apps.worklist.services.approvals import expire_due, request_approval, withdraw
from apps.worklist.services.hand_over import hand_over
from kernel import clock
from kernel.errors import InvalidValue, PermissionDenied, StaleVersion, StateConflict
from tests.scheduling.support import ADMIN, code, deliver, sign_in_for_good
from tests.support.world import World
from tests.worklist.approval_kinds import BROKEN, BY_DUTY, LADDER, SINGLE, WORK, Single, ask
from tests.worklist.test_items import NOW, mine

pytestmark = pytest.mark.requirement("ORG-04")


@pytest.fixture
def office(world: World) -> Iterator[World]:
    """Monday morning; two in the books, a second administrator."""
    for name, role in (("books", "finance"), ("books2", "finance"), ("admin3", "hospital_administrator")):
        world.add_staff(name, role, world.h1, [])
    with clock.frozen(NOW):
        sign_in_for_good(world)
        yield world


def act(world: World, who: str, approval: Approval, action: str, /, **body: Any) -> Any:
    """POST an action on what is there now; `version` as it is now, if none is given."""
    if action != "withdraw":
        body = {"version": Approval.objects.get(pk=approval.pk).version, **body}
    return world.client(who).post(f"{ADMIN}/approvals/{approval.pk}/{action}", body, format="json")


def listed(world: World, who: str, **query: Any) -> list[str]:
    answer = world.client(who).get(f"{ADMIN}/approvals", query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def marks(world: World, who: str) -> list[tuple[bool, bool]]:
    """What the listed approvals say to who reads them: theirs to decide, theirs to withdraw."""
    rows = world.client(who).get(f"{ADMIN}/approvals").json()["results"]
    return [(row["may_decide"], row["may_withdraw"]) for row in rows]


def state(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).state


def states(approval: Approval) -> list[str]:
    return list(approval.steps.order_by("number").values_list("state", flat=True))


def item_of(approval: Approval) -> WorkItem:
    return WorkItem.objects.filter(subject_id=approval.pk).latest("id")


def test_a_request_is_work_of_who_decides_until_it_is_decided(office: World) -> None:
    approval = ask(office, amount_fen=5_000, note="老患者")
    [item] = mine(office, "doctor_a")
    assert (item_of(approval).due_at, str(item_of(approval).pk)) == (NOW + dt.timedelta(hours=4), item)
    assert mine(office, "clerk") == []
    done = act(office, "doctor_a", approval, "approve", reason="同意")
    assert done.status_code == 200, done.content
    shown = done.json()
    assert (shown["state"], shown["decided_by_name"], shown["reason"], shown["kind_name"]) == (
        "approved", "doctor_a", "同意", "测试审批",
    )  # fmt: skip
    assert [(s["name"], s["state"], s["decided_by_name"]) for s in shown["steps"]] == [
        ("医生", "approved", "doctor_a")
    ]
    assert SINGLE.followed_for(approval)[-1] == "approved"
    ended = item_of(approval)
    assert (ended.state, ended.ended_by, ended.outcome) == ("done", office.staff["doctor_a"], "同意")
    assert mine(office, "doctor_a") == []
    deliver("worklist.")
    [notice] = StaffNotice.objects.filter(kind="approval_approved")
    assert (notice.recipient, notice.data["title"]) == (office.staff["clerk"], "减免 100 元")


def test_every_decision_is_in_the_operation_log_with_who_took_it(office: World) -> None:
    approval = ask(office)
    act(office, "doctor_a", approval, "approve")
    lines = AuditEvent.objects.filter(object_type="worklist.approval", object_id=str(approval.pk))
    assert [(line.action, (line.after or {}).get("state")) for line in lines.order_by("id")] == [
        ("insert", "requested"), ("update", "approved"),
    ]  # fmt: skip
    assert lines.latest("id").user_id == office.staff["doctor_a"].user_id


@pytest.mark.parametrize("who", ["boss", "admin1", "head", "doctor_a"])
def test_the_approver_is_never_who_asked_whatever_roles_they_hold(office: World, who: str) -> None:
    approval = ask(office, requester=who, owner=office.staff[who])
    for action, body in (
        ("approve", {}),
        ("complete", {"content": {"guidance": "x"}}),
        ("reject", {"reason": "x"}),
    ):
        assert code(act(office, who, approval, action, **body)) == (409, "approver_is_requester"), action
    assert (state(approval), states(approval)) == ("requested", ["open"])
    assert (mine(office, who), listed(office, who, mine="to_decide")) == ([], [])
    assert code(office.client(who).post(f"{ADMIN}/work-items/{item_of(approval).pk}/take"))[0] in (404, 409)


def test_the_database_refuses_who_asked_and_who_decided_before(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    first, second = approval.steps.order_by("number")
    by = {"state": "approved", "decided_at": NOW}
    for refused in (
        lambda: ApprovalStep.objects.filter(pk=first.pk).update(**by, decided_by=office.staff["clerk"]),
        lambda: Approval.objects.filter(pk=approval.pk).update(
            state="rejected", ended_at=NOW, decided_by=office.staff["clerk"]
        ),
        lambda: Approval.objects.filter(pk=approval.pk).update(requester=office.staff["doctor_a"]),
        lambda: Approval.objects.filter(pk=approval.pk).update(
            state="approved", ended_at=NOW, decided_by=office.staff["boss"]
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
    decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    for refused in (
        lambda: ApprovalStep.objects.filter(pk=second.pk).update(**by, decided_by=office.staff["doctor_a"]),
        lambda: ApprovalStep.objects.filter(pk=first.pk).update(decided_by=office.staff["head"]),
        lambda: ApprovalStep.objects.filter(pk=first.pk).update(state="skipped"),
        lambda: ApprovalStep.objects.filter(pk=first.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()


def test_what_has_ended_stays_as_it_ended(office: World) -> None:
    approval = ask(office)
    decisions.reject(approval, by=office.staff["doctor_a"], version=1, reason="不符")
    for changes in (
        {"state": "requested", "ended_at": None, "decided_by": None},
        {"reason": "x"},
        {"content": {"a": 1}},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=approval.pk).update(**changes)


@pytest.mark.parametrize(("fen", "steps"), [(None, 1), (9_999, 1), (10_000, 2), (99_999, 2), (100_000, 3)])
def test_the_amount_says_how_many_have_to_decide(office: World, fen: int | None, steps: int) -> None:
    approval = ask(office, LADDER, amount_fen=fen)
    assert states(approval) == ["open", *["waiting"] * (steps - 1)]


def test_nothing_takes_effect_before_the_last_step_and_every_step_is_another_person_s(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=100_000)
    before = len(LADDER.followed)
    assert act(office, "admin1", approval, "approve").json()["state"] == "requested"
    assert states(approval) == ["approved", "open", "waiting"]
    assert mine(office, "books") == mine(office, "books2") == [str(item_of(approval).pk)]
    assert code(act(office, "head", approval, "approve")) == (403, "permission_denied"), "a step of finance"
    assert act(office, "books", approval, "approve").status_code == 200
    assert (mine(office, "admin1"), mine(office, "admin3")) == ([], [str(item_of(approval).pk)])
    assert code(act(office, "admin1", approval, "approve")) == (409, "approver_decided_before")
    assert code(act(office, "admin1", approval, "reject", reason="x")) == (409, "approver_decided_before")
    assert listed(office, "admin1", mine="to_decide") == []
    assert len(LADDER.followed) == before
    assert act(office, "admin3", approval, "approve").json()["state"] == "approved"
    assert LADDER.followed[before:] == [("approved", approval.subject_id)]
    assert WorkItem.objects.filter(subject_id=approval.pk, state="done").count() == 3


@pytest.mark.parametrize(
    ("who", "status"),
    [("doctor_a", 200), ("head", 200), ("admin1", 200), ("boss", 200), ("clerk", 403), ("doctor_b", 404),
     ("doctor_c", 404), ("books", 404), ("doctor_h2", 404), ("admin2", 404)],
)  # fmt: skip
@pytest.mark.requirement("ACC-04")
def test_who_holds_the_permission_within_reach_decides(office: World, who: str, status: int) -> None:
    approval = ask(office, requester="clerk")
    wanted = {"approve": {}, "complete": {"content": {"guidance": "x"}}, "reject": {"reason": "x"}}
    assert (str(approval.pk) in listed(office, who)) == (status != 404)
    assert (listed(office, who, mine="to_decide") != []) == (status == 200)
    assert marks(office, who) == ([] if status == 404 else [(status == 200, who == "clerk")])
    for action, body in wanted.items():
        answer = act(office, who, approval, action, **body)
        if status != 200:
            assert answer.status_code == status, action
            assert (state(approval), item_of(approval).state) == ("requested", "open"), "nothing changed"
    if status != 200:
        with pytest.raises((PermissionDenied, errors.ApproverIsRequester)):
            decisions.approve(approval, by=office.staff[who], version=1)
    else:
        assert state(approval) == "approved"


def test_a_second_account_of_the_same_person_is_no_other_person(office: World) -> None:
    for name in ("clerk", "admin3"):
        office.staff[name].phone = "13812348000"
        office.staff[name].save()
    approval = ask(office, requester="clerk")
    assert office.staff["admin3"].pk in item_of(approval).barred
    assert (marks(office, "admin3"), marks(office, "admin1")) == ([(False, False)], [(True, False)])
    for action in ("approve", "reject"):
        body = {"reason": "x"} if action == "reject" else {}
        assert code(act(office, "admin3", approval, action, **body)) == (409, "approver_is_requester")
    assert (state(approval), states(approval)) == ("requested", ["open"]), "nothing changed"
    assert act(office, "admin1", approval, "approve").status_code == 200


def test_a_step_of_a_duty_is_decided_by_the_role_that_the_hospital_names(office: World) -> None:
    first = ask(office, BY_DUTY)
    assert act(office, "head", first, "approve").status_code == 200
    role = Role.objects.get(hospital=None, code="doctor")
    roles = dict.fromkeys(("executor_role", "manager_role", "supervisor_role"), role)
    WorkDuty.objects.create(hospital=office.h1, kind=WORK.code, hours=1, **roles)
    second = ask(office, BY_DUTY)
    assert act(office, "doctor_c", second, "approve").status_code == 404, "of another department"
    assert act(office, "doctor_b", second, "approve").status_code == 200


def test_a_role_that_is_out_of_force_decides_nothing(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    Role.objects.filter(hospital=None, code="finance").update(is_active=False)
    with pytest.raises(PermissionDenied):
        decisions.approve(approval, by=office.staff["books"], version=2)
    assert states(approval) == ["approved", "open"]


def test_a_rejection_ends_it_and_says_why(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=100_000)
    for reason in ("", "   ", None, "长" * 201):
        refused = act(office, "doctor_a", approval, "reject", reason=reason)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "reason"), reason
    with pytest.raises(InvalidValue):
        decisions.reject(approval, by=office.staff["doctor_a"], version=1, reason=" ")
    assert act(office, "doctor_a", approval, "reject", reason="不符合条件").json()["state"] == "rejected"
    assert (states(approval), LADDER.followed[-1]) == (
        ["rejected", "skipped", "skipped"], ("rejected", approval.subject_id),
    )  # fmt: skip
    for action, body in (("approve", {}), ("reject", {"reason": "x"})):
        assert code(act(office, "head", approval, action, **body)) == (409, "state_conflict")
    deliver("worklist.")
    assert "不符合条件" in StaffNotice.objects.get(kind="approval_rejected").data["reason"]


def test_who_asked_withdraws_and_nobody_else(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    for who in ("admin1", "boss", "head", "doctor_a"):
        assert code(act(office, who, approval, "withdraw")) == (403, "permission_denied"), who
    with pytest.raises(PermissionDenied):
        withdraw(approval, by=office.staff["boss"])
    assert (state(approval), item_of(approval).state) == ("requested", "open")
    assert act(office, "clerk", approval, "withdraw", reason="填错").json()["state"] == "withdrawn"
    assert (states(approval), item_of(approval).state) == (["skipped", "skipped"], "withdrawn")
    assert LADDER.followed[-1] == ("withdrawn", approval.subject_id)
    assert code(act(office, "clerk", approval, "withdraw")) == (409, "state_conflict")
    assert code(act(office, "doctor_a", approval, "approve")) == (409, "state_conflict")
    deliver("worklist.")
    assert not StaffNotice.objects.exists()


def test_what_nobody_decides_on_expires_by_the_clock(office: World) -> None:
    approval = ask(office, LADDER)
    endless = ask(office, SINGLE)
    assert approval.expires_at is not None
    with clock.frozen(approval.expires_at - dt.timedelta(seconds=1)):
        assert expire_due(limit=10) == 0
    with clock.frozen(approval.expires_at):
        assert code(act(office, "doctor_a", approval, "approve")) == (409, "state_conflict"), "swept or not"
        assert code(act(office, "clerk", approval, "withdraw")) == (409, "state_conflict")
        assert (expire_due(limit=10), expire_due(limit=10)) == (1, 0)
        assert (state(approval), state(endless), item_of(approval).state) == (
            "expired",
            "requested",
            "withdrawn",
        )
        assert LADDER.followed[-1] == ("expired", approval.subject_id)
        deliver("worklist.")
    assert StaffNotice.objects.get(kind="approval_expired").recipient == office.staff["clerk"]


def test_one_that_cannot_expire_does_not_keep_the_others(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, other = ask(office, LADDER), ask(office, LADDER, subject=office.staff["doctor_c"])
    follow = type(LADDER).on_ended

    def refuse(self: Any, approval: Approval) -> None:
        if approval.pk == poisoned.pk:
            raise ZeroDivisionError
        follow(self, approval)

    monkeypatch.setattr(type(LADDER), "on_ended", refuse)
    with clock.frozen(NOW + dt.timedelta(days=2)):
        assert expire_due(limit=10) == 1
    assert (state(poisoned), state(other)) == ("requested", "expired")


def test_a_subject_has_one_open_approval_of_a_kind(office: World) -> None:
    first = ask(office, LADDER)
    with pytest.raises(errors.ApprovalOpen):
        ask(office, LADDER)
    assert ask(office, SINGLE).state == "requested"
    assert WorkItem.objects.count() == 2
    withdraw(first, by=office.staff["clerk"])
    second = ask(office, LADDER)
    with clock.frozen(NOW + dt.timedelta(days=2)):
        third = ask(office, LADDER)
    assert (state(second), state(third)) == ("expired", "requested"), (
        "what has lapsed does not stand in the way"
    )


def test_where_nobody_decides_nothing_is_asked_for(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(SINGLE), "ladder", (Step("late", "晚", "late", role="finance", from_fen=100),))
    with pytest.raises(errors.NobodyDecides):
        ask(office, amount_fen=99)
    assert not Approval.objects.exists()


def test_the_approver_completes_the_content_within_what_the_kind_allows(office: World) -> None:
    approval = ask(office, content={"purpose": "复诊", "guidance": "无"})
    shown = office.client("doctor_a").get(f"{ADMIN}/approvals/{approval.pk}").json()
    first = shown["fields_to_complete"][0]
    assert (first["name"], first["title"], first["type"]) == ("guidance", "指导意见", "text")
    at = "2026-12-01T09:00:00+08:00"
    done = act(
        office, "doctor_a", approval, "complete", content={"guidance": "先验血", "at": at, "attention": True}
    )
    assert done.status_code == 200, done.content
    assert done.json()["content"] == {"purpose": "复诊", "guidance": "先验血", "at": at, "attention": True}
    assert done.json()["steps"][0]["content"] == {"guidance": "先验血", "at": at, "attention": True}
    assert done.json()["state"] == "approved"


@pytest.mark.parametrize(
    ("name", "value"),
    [("purpose", "x"), ("id", "x"), ("guidance", 7), ("guidance", "长" * 21), ("guidance", ["x"]), ("contacts", "7"),
     ("contacts", True), ("contacts", 1.5), ("contacts", 10**12), ("attention", 1), ("attention", "true"),
     ("at", "2026-12-01T09:00:00"), ("at", "tomorrow"), ("at", "2026-13-01T09:00:00Z"), ("at", 7)],
)  # fmt: skip
def test_nothing_else_of_the_content_is_changed(office: World, name: str, value: Any) -> None:
    approval = ask(office, content={"purpose": "复诊"})
    refused = act(office, "doctor_a", approval, "complete", content={"attention": True, name: value})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, f"content.{name}")
    approval.refresh_from_db()
    assert (approval.state, approval.content, states(approval)) == (
        "requested",
        {"purpose": "复诊"},
        ["open"],
    )


@pytest.mark.parametrize(
    "content", [None, {}, [], "x", {"guidance": {"a": {}}}, {str(n): n for n in range(60)}]
)
def test_a_completion_names_what_it_completes(office: World, content: Any) -> None:
    approval = ask(office)
    assert act(office, "doctor_a", approval, "complete", content=content).status_code == 400
    assert state(approval) == "requested"


def test_a_kind_without_fields_is_approved_as_it_is(office: World) -> None:
    approval = ask(office, LADDER)
    refused = act(office, "doctor_a", approval, "complete", content={"guidance": "x"})
    assert (refused.status_code, state(approval)) == (400, "requested")


def test_who_read_an_older_state_decides_nothing(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    for action, body in (("approve", {}), ("reject", {"reason": "x"})):
        assert code(act(office, "books", approval, action, version=1, **body)) == (409, "stale_version")
    with pytest.raises(StaleVersion):
        decisions.approve(approval, by=office.staff["books"], version=1)
    assert act(office, "books", approval, "approve", version="x").status_code == 400
    assert (
        office.client("books").post(f"{ADMIN}/approvals/{approval.pk}/approve", {}, format="json").status_code
        == 400
    )
    assert states(approval) == ["approved", "open"]


def test_an_error_in_what_follows_undoes_the_decision(office: World) -> None:
    approval = ask(office, BROKEN)
    with pytest.raises(ZeroDivisionError):
        decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    assert (state(approval), states(approval), item_of(approval).state) == ("requested", ["open"], "open")


def test_who_may_see_is_who_asked_who_decides_and_who_oversees(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    for who, sees in (
        ("clerk", True), ("doctor_a", True), ("head", True), ("books", True), ("admin1", True), ("boss", True),
        ("doctor_b", False), ("doctor_c", False), ("admin2", False), ("doctor_h2", False),
    ):  # fmt: skip
        assert (str(approval.pk) in listed(office, who)) == sees, who
        answer = office.client(who).get(f"{ADMIN}/approvals/{approval.pk}")
        assert answer.status_code == (200 if sees else 404), who
    assert act(office, "doctor_b", approval, "withdraw").status_code == 404


def test_a_list_shows_what_waits_for_me_what_i_decided_and_what_i_asked_for(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    key = [str(approval.pk)]
    assert listed(office, "clerk", mine="requested") == key
    assert (listed(office, "doctor_a", mine="to_decide"), listed(office, "books", mine="to_decide")) == (
        key,
        [],
    )
    decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    assert (listed(office, "doctor_a", mine="to_decide"), listed(office, "books", mine="to_decide")) == (
        [],
        key,
    )
    assert listed(office, "doctor_a", mine="decided") == key
    assert listed(office, "admin1", mine="decided") == listed(office, "admin1", mine="requested") == []
    assert listed(office, "admin1", kind="test.ladder", state="requested") == key
    assert listed(office, "admin1", kind="test.single") == listed(office, "admin1", state="approved") == []


def test_a_request_of_a_patient_is_decided_by_whoever_may(office: World) -> None:
    approval = request_approval(
        SINGLE, subject=office.staff["doctor_b"], requester=None, title="x", owner=office.staff["doctor_a"]
    )
    with pytest.raises(PermissionDenied):
        withdraw(approval, by=office.staff["boss"])
    assert decisions.approve(approval, by=office.staff["doctor_a"], version=1).state == "approved"
    deliver("worklist.")
    assert not StaffNotice.objects.exists()


def test_work_of_an_approval_ends_with_it_alone(office: World) -> None:
    approval = ask(office)
    url = f"{ADMIN}/work-items/{item_of(approval).pk}"
    refused = office.client("doctor_a").post(f"{url}/finish", {"outcome": "done"}, format="json")
    assert (code(refused), item_of(approval).state) == ((409, "work_ends_by_itself"), "open")


def test_work_of_an_approval_is_never_given_to_who_asked(office: World) -> None:
    approval = ask(office, requester="head", owner=None)
    item, head = item_of(approval), office.staff["head"]
    assert item.executor is None
    assert str(item.pk) not in mine(office, "head")
    with pytest.raises(errors.BarredFromWork):
        items.take(item, staff=head)
    with pytest.raises(InvalidValue):
        items.assign(item, executor=head)
    items.assign(item, executor=office.staff["admin1"])
    assert hand_over(source=office.staff["admin1"], target=head, reason="离职")["executor"] == 1
    assert item_of(approval).executor is None, "back to the role, not to who asked"


def test_lists_make_no_more_queries_with_more_rows(office: World, django_assert_max_num_queries: Any) -> None:
    for subject in office.staff.values():
        ask(office, LADDER, subject=subject, amount_fen=100_000)
    for who in ("admin1", "doctor_a", "books"):
        with django_assert_max_num_queries(10):
            assert len(listed(office, who)) >= 10


def test_a_kind_is_known_by_one_name_and_says_who_decides() -> None:
    with pytest.raises(TypeError, match=r"test\.single"):
        register(Single())
    for kind in APPROVALS.values():
        assert kind.zh and kind.en and kind.ladder and kind.subject_type and not kind.work.by_hand
        for step in kind.ladder:
            assert step.zh and step.en
            assert not step.permission or step.permission in all_codes()
            assert not step.role or step.role in SYSTEM_ROLES
        assert all(field.zh and field.en for field in kind.fields)


def test_a_decision_on_nothing_is_a_conflict(office: World) -> None:
    approval = ask(office)
    decisions.approve(approval, by=office.staff["doctor_a"], version=1)
    for call in (decisions.approve, decisions.reject):
        with pytest.raises(StateConflict):
            call(approval, by=office.staff["head"], version=2, reason="x")
    assert SINGLE.followed_for(approval)[-1] == "approved"
