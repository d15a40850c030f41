"""待办: an owner and a due time; overdue work climbs; everybody sees the list that is theirs."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.codes import SYSTEM_ROLES
from apps.access.models import Role
from apps.audit.models import AuditEvent
from apps.identity.models import StaffNotice
from apps.identity.services.staff_status import leave_staff
from apps.payments.work import REFUND_FAILED
from apps.worklist.kinds import KINDS, WorkKind, define_kind
from apps.worklist.models import WorkDuty, WorkItem
from apps.worklist.services import items
from apps.worklist.services.escalate import escalate_overdue
from apps.worklist.services.hand_over import hand_over
from kernel import clock
from kernel.models import DeadLetter, OutboxEvent
from tests.scheduling.support import ADMIN, at_once, code, deliver, sign_in_for_good
from tests.support.world import World

pytestmark = pytest.mark.requirement("ORG-04")

NOW = clock.local(dt.date(2026, 11, 23), dt.time(8))


@pytest.fixture
def office(world: World) -> Iterator[World]:
    """Monday morning; somebody in the books."""
    world.add_staff("books", "finance", world.h1, [])
    with clock.frozen(NOW):
        sign_in_for_good(world)
        yield world


def opened(world: World, **more: Any) -> WorkItem:
    values = {
        "hospital": world.h1,
        "subject_type": "payments.refund",
        "subject_id": uuid4(),
        "title": "退费失败",
    }
    return items.open_item(REFUND_FAILED, **(values | more))


def mine(world: World, who: str) -> list[str]:
    answer = world.client(who).get(f"{ADMIN}/work-items/mine")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def post(world: World, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return world.client(who).post(f"{ADMIN}/work-items/{path}", body or {}, format="json")


def test_every_kind_of_work_is_known_by_one_name_and_has_words_and_roles() -> None:
    with pytest.raises(TypeError):
        define_kind(WorkKind(REFUND_FAILED.code, "", "", 1, "finance", "finance", "finance"))
    for kind in KINDS.values():
        assert kind.zh and kind.en and kind.hours > 0
        roles = {kind.executor, kind.manager, kind.supervisor}
        assert roles <= SYSTEM_ROLES.keys()


def test_work_is_due_after_the_hours_of_its_kind(office: World) -> None:
    item = opened(office)
    assert item.due_at == NOW + dt.timedelta(hours=4)


def test_a_hospitals_duty_names_roles_and_hours_of_its_own(office: World) -> None:
    roles = {
        code: Role.objects.get(hospital=None, code=code) for code in ("clerk", "department_head", "finance")
    }
    body = {
        "hospital_id": str(office.h1.pk), "kind": REFUND_FAILED.code, "hours": 2,
        "executor_role_id": str(roles["clerk"].pk), "manager_role_id": str(roles["finance"].pk),
        "supervisor_role_id": str(roles["department_head"].pk),
    }  # fmt: skip
    made = office.client("admin1").post(f"{ADMIN}/work-duties", body, format="json")
    assert made.status_code == 201, made.content
    item = opened(office)
    assert (item.executor_role, item.due_at) == (roles["clerk"], NOW + dt.timedelta(hours=2))
    assert mine(office, "clerk") == [str(item.pk)]
    assert mine(office, "books") == []
    again = office.client("admin1").post(f"{ADMIN}/work-duties", body, format="json")
    assert code(again) == (409, "duplicate")
    assert WorkDuty.objects.count() == 1


def test_a_subject_has_one_open_item_of_a_kind(office: World) -> None:
    first = opened(office)
    assert opened(office, subject_id=first.subject_id) == first
    items.close_item(REFUND_FAILED, subject_id=first.subject_id, outcome="已退款")
    assert opened(office, subject_id=first.subject_id) != first


def test_work_of_a_role_is_on_the_list_of_its_holders_until_one_takes_it(office: World) -> None:
    office.add_staff("books2", "finance", office.h1, [])
    item = opened(office)
    assert mine(office, "books") == mine(office, "books2") == [str(item.pk)]
    assert mine(office, "doctor_a") == []
    taken = post(office, "books", f"{item.pk}/take")
    assert (taken.status_code, taken.json()["executor_name"]) == (200, "books")
    assert mine(office, "books2") == []
    assert code(post(office, "admin1", f"{item.pk}/take")) == (409, "work_already_taken")


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_at_once_are_one_and_a_conflict(office: World) -> None:
    item = opened(office)
    people = [office.staff["books"], office.staff["admin1"]] * 4

    def job(person: Any) -> Any:
        with clock.frozen(NOW):
            return items.take(WorkItem.objects.get(pk=item.pk), staff=person)

    done = at_once([lambda person=person: job(person) for person in people], workers=8)
    assert {row.executor_id for row in done if isinstance(row, WorkItem)} == {
        WorkItem.objects.get().executor_id
    }
    assert sum(not isinstance(row, WorkItem) for row in done) == 4


def test_overdue_work_climbs_to_the_manager_and_a_working_day_later_to_the_supervisor(office: World) -> None:
    item = opened(office)
    assert escalate_overdue(limit=10) == 0
    with clock.frozen(item.due_at):
        assert escalate_overdue(limit=10) == 1
        assert escalate_overdue(limit=10) == 0
        assert mine(office, "admin1") == mine(office, "books") == [str(item.pk)]
        assert mine(office, "boss") == []
    with clock.frozen(item.due_at + dt.timedelta(days=1)):
        assert escalate_overdue(limit=10) == 1
        assert mine(office, "boss") == [str(item.pk)]
    item.refresh_from_db()
    assert (item.level, item.escalates_at) == (2, None)


def test_the_calendar_of_a_hospital_is_read_once_however_much_of_its_work_climbs(office: World) -> None:
    for number in range(4):
        opened(office, hospital=office.h1 if number else office.h2)
    last = WorkItem.objects.latest("due_at")
    with clock.frozen(last.due_at), CaptureQueriesContext(connection) as queries:
        assert escalate_overdue(limit=10) == 4
    read = [query["sql"] for query in queries.captured_queries if "identity_calendarday" in query["sql"]]
    assert len(read) == 2, "one a hospital"


def test_overdue_work_is_told_to_whom_it_reaches_and_once(office: World) -> None:
    item = opened(office)
    with clock.frozen(item.due_at):
        escalate_overdue(limit=10)
        deliver("worklist.")
    told = StaffNotice.objects.filter(kind="work_overdue")
    assert [notice.recipient for notice in told] == [office.staff["admin1"]]


def test_work_that_is_done_climbs_no_further_and_says_what_was_done(office: World) -> None:
    item = opened(office)
    done = post(office, "books", f"{item.pk}/finish", {"outcome": "已人工退款"})
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "done", "已人工退款")
    with clock.frozen(item.due_at + dt.timedelta(days=30)):
        assert escalate_overdue(limit=10) == 0
    assert code(post(office, "books", f"{item.pk}/finish", {"outcome": "x"})) == (409, "state_conflict")
    assert mine(office, "books") == []


@pytest.mark.parametrize("outcome", ["", "   ", None, "长" * 301])
def test_what_was_done_has_to_be_said(office: World, outcome: str | None) -> None:
    item = opened(office)
    answer = post(office, "books", f"{item.pk}/finish", {"outcome": outcome})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["outcome"]
    item.refresh_from_db()
    assert item.state == "open"


def test_a_leavers_whole_work_goes_to_another_in_one_step(office: World) -> None:
    books, other = office.staff["books"], office.add_staff("books2", "finance", office.h1, [])
    own, managed = opened(office, executor=books), opened(office)
    WorkItem.objects.filter(pk=managed.pk).update(manager=books, executor=office.staff["clerk"])
    body = {"source_id": str(books.pk), "target_id": str(other.pk), "reason": "离职"}
    answer = office.client("admin1").post(f"{ADMIN}/work-items/hand-over", body, format="json")
    assert (answer.status_code, answer.json()) == (200, {"executor": 1, "manager": 1, "supervisor": 0})
    own.refresh_from_db()
    managed.refresh_from_db()
    assert own.executor == managed.manager == other
    assert AuditEvent.objects.filter(action="hand_over", object_id=str(books.pk)).exists()


def test_work_is_handed_over_to_active_staff_of_the_same_hospital_alone(office: World) -> None:
    books = office.staff["books"]
    opened(office, executor=books)
    leave_staff(office.staff["doctor_b"])
    for target in ("doctor_h2", "doctor_b", "books"):
        body = {"source_id": str(books.pk), "target_id": str(office.staff[target].pk), "reason": "x"}
        answer = office.client("boss").post(f"{ADMIN}/work-items/hand-over", body, format="json")
        assert answer.status_code == 400, target
    assert WorkItem.objects.get().executor == books


def test_what_a_leaver_did_not_hand_over_falls_back_to_the_role(office: World) -> None:
    item = opened(office, executor=office.staff["books"])
    office.add_staff("books2", "finance", office.h1, [])
    leave_staff(office.staff["books"])
    item.refresh_from_db()
    assert item.executor is None
    assert mine(office, "books2") == [str(item.pk)]


def test_a_department_s_work_is_for_those_who_work_there(office: World) -> None:
    role = Role.objects.get(hospital=None, code="doctor")
    item = opened(office, department_id=office.departments["surgery"].pk)
    WorkItem.objects.update(executor_role=role)
    assert mine(office, "doctor_c") == [str(item.pk)]
    assert mine(office, "doctor_a") == []


def test_who_oversees_the_hospital_or_the_group_sees_all_its_work_and_others_their_own(office: World) -> None:
    item = opened(office)
    for who, status in (("boss", 200), ("admin1", 200), ("books", 200), ("clerk", 404), ("doctor_a", 404)):
        assert office.client(who).get(f"{ADMIN}/work-items/{item.pk}").status_code == status, who
    assert post(office, "clerk", f"{item.pk}/finish", {"outcome": "x"}).status_code == 404


def test_another_hospitals_work_is_not_found(office: World) -> None:
    item = opened(office)
    assert mine(office, "admin2") == []
    assert post(office, "admin2", f"{item.pk}/take").status_code == 404
    assert office.client("admin2").get(f"{ADMIN}/work-items/{item.pk}").status_code == 404


def test_an_event_that_died_is_work_until_it_is_tried_again(office: World) -> None:
    from kernel.outbox.tasks import bury_event, replay

    event = OutboxEvent.objects.create(
        topic="scheduling.appointment_booked", payload={}, hospital_id=office.h1.pk
    )
    bury_event({"args": [str(event.pk), "scheduling.confirm_booking"], "options": {"traceback": "boom"}}, {})
    deliver("kernel.")
    item = WorkItem.objects.get()
    assert (item.kind, item.state, mine(office, "admin1")) == (
        "operations.dead_letter",
        "open",
        [str(item.pk)],
    )
    replay(DeadLetter.objects.get())
    deliver("kernel.event_revived")
    item.refresh_from_db()
    assert item.state == "done"


def test_what_tells_of_dead_letters_never_tells_of_itself(office: World) -> None:
    from kernel.outbox.tasks import bury_event

    event = OutboxEvent.objects.create(topic="kernel.event_died", payload={}, hospital_id=office.h1.pk)
    bury_event({"args": [str(event.pk), "worklist.open_dead_letter"], "options": {}}, {})
    assert OutboxEvent.objects.count() == 1


def test_hand_over_moves_open_work_alone(office: World) -> None:
    books, other = office.staff["books"], office.add_staff("books2", "finance", office.h1, [])
    done = opened(office, executor=books)
    items.finish(done, staff=books, outcome="x")
    assert hand_over(source=books, target=other, reason="x") == {"executor": 0, "manager": 0, "supervisor": 0}
    done.refresh_from_db()
    assert done.executor == books
