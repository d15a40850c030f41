"""The operation log is searched, exported and its state read, each within the reader's reach."""

import csv
import io
import tracemalloc
from typing import Any

import pytest
from django.db import connection

from apps.audit.models import AuditEvent
from apps.audit.services import record
from kernel import clock
from kernel.sheets import neutral
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-06")
EVENTS, STATE = "/api/admin/v1/audit/events", "/api/admin/v1/audit/state"


def get(world: World, who: str, **query: Any) -> Any:
    return world.client(who).get(EVENTS, query)


def rename(world: World) -> None:
    department = world.departments["surgery"]
    answer = world.client("admin1").patch(
        f"/api/admin/v1/departments/{department.pk}",
        {"name": "普外科", "version": 1},
        format="json",
        HTTP_X_REQUEST_ID="search-me-1",
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"action": "update", "object_type": "identity.department"},
        {"request_id": "search-me-1"},
        {"actor": "admin1"},
        {"user_id": "admin1"},
        {"object_id": "surgery"},
        {"hospital_id": "h1", "object_type": "identity.department"},
    ],
)
def test_the_log_is_searched(world: World, query: dict[str, str]) -> None:
    rename(world)
    real = {
        "user_id": {"user_id": str(world.staff["admin1"].user_id)},
        "object_id": {"object_id": str(world.departments["surgery"].pk)},
        "hospital_id": {"hospital_id": str(world.h1.pk)},
    }
    for name, value in real.items():
        query = query | value if name in query else query
    rows = get(world, "boss", **query).json()["results"]
    assert (rows[0]["object_type"], rows[0]["action"]) == ("identity.department", "update")
    assert rows[0]["after"]["name"] == "普外科" and rows[0]["before"]["name"] == "外科"
    one = world.client("boss").get(f"{EVENTS}/{rows[0]['id']}")
    whole = one.json()
    (named,) = whole.pop("changes")
    assert whole == rows[0] and (named["was"], named["became"]) == ("外科", "普外科")


def test_the_log_is_searched_by_time(world: World) -> None:
    rename(world)
    now = clock.now()
    later, earlier = now.replace(year=now.year + 1), now.replace(year=now.year - 1)
    assert get(world, "boss", since=earlier.isoformat(), until=later.isoformat()).json()["results"]
    assert get(world, "boss", since=later.isoformat()).json()["results"] == []
    assert get(world, "boss", until=earlier.isoformat()).json()["results"] == []


def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    for number in range(25):
        record(action="read", object_type="test.page", object_id=str(number), hospital_id=world.h1.pk)
    url, found = f"{EVENTS}?object_type=test.page&page_size=10", []
    while url:
        page = world.client("admin1").get(url).json()
        found += [row["object_id"] for row in page["results"]]
        url = page["next"]
    assert found == [str(number) for number in reversed(range(25))]


def test_an_administrator_reads_the_lines_of_the_own_hospital_only(world: World) -> None:
    rename(world)
    line = AuditEvent.objects.filter(request_id="search-me-1", object_type="identity.department").get()
    assert get(world, "admin1", request_id="search-me-1").json()["results"]
    assert get(world, "admin2", request_id="search-me-1").json()["results"] == []
    assert world.client("admin2").get(f"{EVENTS}/{line.pk}").status_code == 404
    listed = get(world, "admin2").json()["results"]
    assert {row["hospital_id"] for row in listed} == {str(world.h2.pk)}


def test_the_roles_of_a_person_are_read_by_the_administrators_of_the_persons_hospital(world: World) -> None:
    url = f"/api/admin/v1/staff/{world.staff['doctor_h2'].pk}/roles"
    assert world.client("boss").put(url, {"role_ids": []}, format="json").status_code == 200
    query = {"object_type": "access.staffrole", "action": "delete"}
    assert len(get(world, "admin2", **query).json()["results"]) == 1
    assert get(world, "admin1", **query).json()["results"] == []


@pytest.mark.parametrize("who", ["head", "doctor_a", "clerk"])
def test_who_holds_no_code_reads_and_exports_nothing(world: World, who: str) -> None:
    for url in (EVENTS, f"{EVENTS}/export", STATE):
        assert world.client(who).get(url).status_code == 403
    assert not AuditEvent.objects.filter(action="export").exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=yesterday", 400),
        ("user_id=x", 400),
        ("unknown=1", 400),
        (f"actor={'x' * 200}", 400),
        ("cursor=x", 404),
        ("cursor=cD1hYmM%3D", 404),
        ("page_size=0", 400),
        ("page_size=101", 400),
        ("request_id=%00", 400),
        ("since=0001-01-01T00:00:00Z", 200),
        ("until=9999-12-31T23:59:59Z", 200),
        ("since=1960-01-01T00:00:00Z", 200),
    ],
)
def test_what_is_not_a_search_is_refused(world: World, query: str, status: int) -> None:
    assert world.client("boss").get(f"{EVENTS}?{query}").status_code == status


def test_an_export_is_streamed_neutral_within_reach_and_recorded(world: World) -> None:
    for text in ("=1+1", "@x", "plain"):
        record(
            action="read",
            object_type="test.csv",
            object_id=text,
            hospital_id=world.h1.pk,
            detail={"词": text},
        )
    record(action="read", object_type="test.csv", object_id="other", hospital_id=world.h2.pk)
    answer = world.client("admin1").get(f"{EVENTS}/export?object_type=test.csv")
    assert answer["Content-Type"].startswith("text/csv") and answer.streaming
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["对象标识"] for row in rows] == ["plain", "'@x", "'=1+1"]
    line = AuditEvent.objects.filter(action="export").get()
    assert (line.actor, line.after) == ("admin1", {"filters": {"object_type": "test.csv"}})


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_formulas_are_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"


def test_an_export_holds_little_memory_however_long_the_log(world: World) -> None:
    sql = (
        "INSERT INTO audit_auditevent (action, object_type, object_id, hospital_id, after) "
        "SELECT 'read', 'test.big', n::text, %s, jsonb_build_object('t', repeat('x', 500)) "
        "FROM generate_series(1, {}) n"
    )

    def peak(count: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(count), [str(world.h1.pk)])
        answer = world.client("admin1").get(f"{EVENTS}/export?object_type=test.big")
        tracemalloc.start()
        size = sum(len(block) for block in answer.streaming_content)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > count * 500
        return most

    assert peak(15_000) < 1.5 * peak(3_000)


def test_the_state_names_the_last_seal_and_the_last_verification(world: World) -> None:
    state = world.client("boss").get(STATE).json()
    assert state["unsealed"] > 0
    assert {"last_seal", "last_seal_at", "last_seal_mac", "verified_at", "verified_ok", "findings"} <= set(
        state
    )
