"""The log says who acted: requests, tasks and commands; nothing leaks from one to the next."""

import threading

import dramatiq
import pytest
from django.db import connection, connections, transaction
from django.test import RequestFactory, override_settings

from apps.access.models import Module, Role
from apps.audit.context import current, describe, forget
from apps.audit.middleware import AuditTaskMiddleware, client_ip
from apps.audit.models import AuditEvent
from apps.audit.services import record
from apps.identity.models import Department
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-06")
URL = "/api/admin/v1/departments"


def last(**lookup: object) -> AuditEvent:
    return AuditEvent.objects.filter(**lookup).order_by("-id")[0]


def test_a_change_says_who_when_where_which_request_and_what_changed(world: World) -> None:
    department = world.departments["surgery"]
    answer = world.client("admin1").patch(
        f"{URL}/{department.pk}",
        {"name": "普外科", "version": 1},
        format="json",
        HTTP_X_REQUEST_ID="req-12345678",
    )
    assert answer.status_code == 200
    line = last(object_id=str(department.pk))
    assert (line.action, line.object_type) == ("update", "identity.department")
    assert (line.user_id, line.actor) == (world.staff["admin1"].user_id, "admin1")
    assert (line.method, line.path, line.ip) == ("PATCH", f"{URL}/{department.pk}", "127.0.0.1")
    assert (line.request_id, line.hospital_id) == ("req-12345678", world.h1.pk)
    assert (line.before["name"], line.after["name"]) == ("外科", "普外科")
    assert line.at is not None


def test_the_context_of_a_request_does_not_reach_the_next(world: World) -> None:
    world.client("admin1").get(URL)
    assert "user_id" not in current()
    Department.objects.filter(pk=world.departments["surgery"].pk).update(name="x")
    line = last(object_id=str(world.departments["surgery"].pk))
    assert (line.user_id, line.path) == (None, "")


def test_threads_do_not_see_each_others_context() -> None:
    seen: list[dict[str, str]] = []
    describe(actor="mine")
    try:
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    finally:
        forget()
    assert "actor" not in seen[0]


@pytest.mark.django_db
def test_bulk_writes_raw_sql_and_returning_are_attributed() -> None:
    describe(actor="task:bulk")
    try:
        Module.objects.bulk_create([Module(code=f"m{n}", name="100% 内容") for n in range(3)])
        assert Module.objects.filter(code__startswith="m", name__contains="100%").update(sort=9) == 3
        with connection.cursor() as cursor:
            cursor.execute("UPDATE access_module SET name = '50%' WHERE code = 'm0' RETURNING name")
            assert cursor.fetchone() == ("50%",)
            cursor.execute("UPDATE access_module SET name = %(n)s WHERE code = 'm1'", {"n": "named"})
            assert cursor.rowcount == 1
            cursor.executemany(
                "UPDATE access_module SET name = %s WHERE code = %s", [("a", "m0"), ("b", "m2")]
            )
    finally:
        forget()
    lines = AuditEvent.objects.filter(object_type="access.module", object_id__in=list(
        map(str, Module.objects.filter(code__in=["m0", "m1", "m2"]).values_list("pk", flat=True))
    ))  # fmt: skip
    assert lines.count() == 3 + 3 + 2 + 2
    assert set(lines.values_list("actor", flat=True)) == {"task:bulk"}


@pytest.mark.django_db
def test_a_failed_statement_does_not_leave_its_context_behind() -> None:
    describe(actor="first")
    with pytest.raises(Exception, match="duplicate"), transaction.atomic():
        Module.objects.create(code="twice", name="a")
        Module.objects.create(code="twice", name="b")
    forget()
    Module.objects.create(code="after", name="c")
    assert last(object_type="access.module").actor == ""


@pytest.mark.django_db
def test_links_of_roles_are_logged() -> None:
    role = Role.objects.create(code="r", name="角色")
    permission = Role.objects.get(code="doctor", hospital=None).permissions.order_by("code")[0]
    role.permissions.add(permission)
    line = last(object_type="access.rolepermission")
    assert (line.action, line.after["permission_id"]) == ("insert", str(permission.pk))
    role.permissions.clear()
    assert last(object_type="access.rolepermission").action == "delete"


@pytest.mark.django_db
def test_a_recorded_line_takes_who_and_where_from_the_request() -> None:
    describe(actor="admin1", path="/x" * 300, ip="10.1.2.3")
    try:
        record(action="export", object_type="audit.event", object_id="", detail={"rows": 3})
    finally:
        forget()
    line = last(object_type="audit.event")
    assert (line.actor, line.ip, len(line.path), line.after) == ("admin1", "10.1.2.3", 255, {"rows": 3})


def test_a_task_is_the_actor_of_what_it_changes(transactional_db: None, redis_url: str) -> None:
    broker = dramatiq.get_broker()
    assert any(isinstance(m, AuditTaskMiddleware) for m in broker.middleware)
    broker.flush_all()

    @dramatiq.actor(actor_name="touch_module", queue_name="default", max_retries=0)
    def touch() -> None:
        Module.objects.create(code="touched", name="x")
        connections.close_all()

    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=100)
    worker.start()
    try:
        touch.send()
        broker.join("default", timeout=10_000)
        worker.join()
    finally:
        worker.stop()
        broker.actors.pop("touch_module")
    assert last(object_type="access.module").actor == "task:touch_module"


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # a client may write what it likes
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "1.2.3.4", None),
    ],
)
@override_settings(TRUSTED_PROXIES=["10.0.0.0/8"])
def test_forwarded_addresses_count_only_from_trusted_proxies(
    remote: str, forwarded: str, expected: str | None
) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == expected


@pytest.mark.django_db
def test_what_triggers_ask_for_is_set_so_that_no_row_rolls_a_savepoint_back() -> None:
    """Each of those would walk all deferred checks of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW pgtrigger.ignore")
        assert cursor.fetchone() == ("{}",)
        cursor.execute("SELECT _pgtrigger_should_ignore('any')")
        assert cursor.fetchone() == (False,)
