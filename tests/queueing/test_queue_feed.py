"""Who watches a line: the patient by polling, desks and public screens by server-sent events."""

import datetime as dt
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

import processes
from apps.queueing.models import Queue, QueueScreen, QueueTicket
from apps.queueing.services import calls as queue, screens
from apps.queueing.services.boards import refresh
from apps.queueing.services.check_in import check_in
from apps.queueing.stream import keys
from apps.scheduling.models import Appointment
from kernel import clock, redis as kernel_redis
from tests.scheduling.support import ADMIN, MINI, NOW, code, first_slot, open_session
from tests.scheduling.test_desk import at_window
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01")
BACKEND = Path(__file__).resolve().parents[2] / "backend"


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """What the block leaves for after its commit is done at its end."""

    def begin() -> Any:
        connection.run_on_commit.clear()  # as every commit does
        return django_capture_on_commit_callbacks(execute=True)

    return begin


@pytest.fixture
def tickets(clinic: World, committing: Callable[[], Any]) -> list[QueueTicket]:
    """patient_a (张三丰) and patient_b (李四光) wait for doctor_a; their board is in Redis."""
    session = open_session(clinic, capacity=5)
    made = []
    for name in ("patient_a", "patient_b"):
        assert at_window(clinic, name, first_slot(session), paid_at_counter=True).status_code == 201
        with committing():
            made.append(check_in(Appointment.objects.get(patient=clinic.patients[name])))
    return made


def poll(world: World, ticket: QueueTicket, tag: str = "", who: str = "patient_a") -> Any:
    extra: Any = {"HTTP_IF_NONE_MATCH": tag} if tag else {}
    return world.client(who).get(f"{MINI}/appointments/{ticket.appointment_id}/queue", **extra)


def altered(text: str) -> str:
    """The text with another last letter, whichever it has."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that go to Redis from now on."""
    sent: list[str] = []
    send = redis.Redis.execute_command

    def noted(self: redis.Redis, *command: Any, **options: Any) -> Any:
        sent.append(command[0])
        return send(self, *command, **options)

    monkeypatch.setattr(redis.Redis, "execute_command", noted)
    return sent


def test_an_unchanged_poll_reads_no_table_and_of_redis_what_it_polls_beside_its_count(
    clinic: World, tickets: list[QueueTicket], committing: Callable[[], Any], asked: list[str]
) -> None:
    mine = tickets[0]
    first = poll(clinic, mine)
    tag = first["ETag"]
    asked.clear()
    with CaptureQueriesContext(connection) as queries:
        again = poll(clinic, mine, tag)
    assert (again.status_code, again.content, len(queries), asked) == (304, b"", 0, ["EVALSHA", "GET"])
    # The tag says nothing to anybody else, of anything else, or changed by a letter.
    assert poll(clinic, mine, tag, who="patient_b").status_code == 404
    assert poll(clinic, tickets[1], tag, who="patient_b").status_code == 200
    assert clinic.client(None).get(
        f"{MINI}/appointments/{mine.appointment_id}/queue", HTTP_IF_NONE_MATCH=tag
    ).status_code == 401  # fmt: skip
    for wrong in (f'"{altered(tag[1:-1])}"', '"x"', "*", "é", tag.replace(".", "", 1)):
        assert poll(clinic, mine, wrong).status_code == 200
    with clock.frozen(NOW + dt.timedelta(seconds=keys.VERSION_SECONDS + 1)):
        assert poll(clinic, mine, tag).status_code == 200
    with committing():
        queue.call_next(mine.queue)
    changed = poll(clinic, mine, tag)
    assert (changed.status_code, changed.json()["state"]) == (200, "called")
    assert changed["ETag"] != tag


def test_a_signed_out_patient_learns_nothing_new(clinic: World, tickets: list[QueueTicket]) -> None:
    tag = poll(clinic, tickets[0])["ETag"]
    assert clinic.client("patient_a").post(f"{MINI}/auth/sign-out").status_code in (200, 204)
    assert poll(clinic, tickets[0], tag).status_code == 304  # for five minutes at most
    assert poll(clinic, tickets[0]).status_code == 401


def test_without_redis_the_poll_is_answered_from_the_database(
    clinic: World, tickets: list[QueueTicket], settings: Any
) -> None:
    tag = poll(clinic, tickets[0])["ETag"]
    url = settings.REDIS_URL
    try:
        settings.REDIS_URL = f"redis://127.0.0.1:{processes.free_port()}/0"
        kernel_redis.client.cache_clear()
        answer = poll(clinic, tickets[0], tag)
        assert (answer.status_code, answer.json()["position"], "ETag" in answer) == (200, 1, False)
    finally:
        settings.REDIS_URL = url
        kernel_redis.client.cache_clear()


def test_a_lost_board_heals_by_the_event_and_by_the_sweep(clinic: World, tickets: list[QueueTicket]) -> None:
    from apps.queueing.events import QueueChanged
    from apps.queueing.subscribers import publish_board

    server, mine = kernel_redis.client(), tickets[0]
    tag = poll(clinic, mine)["ETag"]
    queue.call_next(mine.queue)  # the process dies before it can tell anybody
    assert poll(clinic, mine, tag).status_code == 304
    publish_board(QueueChanged(hospital_id=mine.hospital_id, queue_id=mine.queue_id))
    assert poll(clinic, mine, tag).json()["state"] == "called"
    screen, _ = screens.create_screen(department=clinic.departments["cardiology"], name="大屏")
    server.delete(keys.board(mine.queue_id), keys.version(mine.queue_id))
    assert screens.sweep() == 1
    assert (
        server.exists(keys.board(mine.queue_id), keys.version(mine.queue_id), keys.screen(screen.digest)) == 3
    )
    before = poll(clinic, mine)["ETag"]
    screens.sweep()
    assert poll(clinic, mine, before).status_code == 304  # what has not changed disturbs nobody


def test_an_older_board_never_replaces_a_newer_one(clinic: World, tickets: list[QueueTicket]) -> None:
    server, key = kernel_redis.client(), keys.board(tickets[0].queue_id)
    refresh(tickets[0].queue_id)
    server.hset(key, "written", 10**6)
    queue.call_next(tickets[0].queue)
    before = server.hget(key, "version")
    refresh(tickets[0].queue_id)
    assert server.hget(key, "version") == before


def test_the_screen_shows_masked_names_and_nothing_else_of_a_person(
    clinic: World, tickets: list[QueueTicket], committing: Callable[[], Any]
) -> None:
    with committing():
        queue.call_next(tickets[0].queue)
    server, key = kernel_redis.client(), keys.board(tickets[0].queue_id)
    text = str(server.hget(key, "screen"), "utf-8")  # type: ignore[arg-type]
    shown = json.loads(text)
    assert (shown["calling"][0]["name"], shown["calling"][0]["doctor_name"]) == ("张*", "doctor_a")
    assert (shown["waiting"], shown["waiting_count"]) == ([{"ticket_no": 2, "name": "李*"}], 1)
    assert not [word for word in ("三丰", "四光", str(tickets[0].patient_id), "reason") if word in text]


def test_screens_are_made_by_staff_and_revoked(
    clinic: World, tickets: list[QueueTicket], committing: Callable[[], Any]
) -> None:
    body: dict[str, Any] = {"department_id": str(clinic.departments["cardiology"].pk), "name": "二楼大屏"}
    head, server = clinic.client("head"), kernel_redis.client()
    with committing():
        made = head.post(f"{ADMIN}/queue-screens", body, format="json").json()
    key = keys.screen(keys.digest(made["token"]))
    assert json.loads(server.get(key) or b"") == [str(tickets[0].queue_id)]
    assert "token" not in head.get(f"{ADMIN}/queue-screens/{made['id']}").json()
    assert made["token"] not in str(QueueScreen.objects.values().get())
    other = Queue.objects.create(
        hospital=clinic.h2, department=clinic.departments["dental"], kind="department", name="口腔"
    )
    for wrong in (
        {"queue_ids": [str(other.pk)]},
        {"queue_ids": "x"},
        {"name": "长" * 81},
        {"department_id": None},
    ):
        assert head.post(f"{ADMIN}/queue-screens", {**body, **wrong}, format="json").status_code == 400
    url = f"{ADMIN}/queue-screens/{made['id']}/revoke"
    assert clinic.client("doctor_a").post(url).status_code == 403
    assert clinic.client("admin2").post(url).status_code == 404
    with committing():
        assert head.post(url).json()["revoked_at"]
    assert code(head.post(url)) == (409, "state_conflict")
    assert server.get(key) is None
    screens.sweep()
    assert server.get(key) is None


@pytest.fixture(scope="module")
def stream() -> Iterator[int]:
    """The port of the stream process, as it runs in production but less patient."""
    port = processes.free_port()
    environment = os.environ | {
        "PYTHONPATH": str(BACKEND), "YIHUI_STREAM_WRITE_SECONDS": "0.5", "YIHUI_STREAM_HEARTBEAT_SECONDS": "0.3",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "warning", "--workers-kill-timeout", "2", "config.stream:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, cwd=BACKEND)
    try:
        assert processes.wait_until(lambda: not processes.port_is_free(port), 20)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def get(port: int, path: str) -> tuple[int, Any]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("GET", path)
    answer = link.getresponse()
    return answer.status, json.loads(answer.read() or b"null")


class Reader:
    """One open event stream."""

    def __init__(self, port: int, token: str) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.link.request("GET", f"/stream/events?token={token}", headers={"Last-Event-ID": "long-ago"})
        self.answer = self.link.getresponse()
        assert self.answer.status == 200

    def until(self, beginning: str) -> str:
        """The next line that begins so, without that."""
        while line := self.answer.readline().decode():
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
        return "over"


def put(queue_id: Any, version: str, filler: str = "") -> None:
    server = kernel_redis.client()
    board = json.dumps({"queue_id": str(queue_id), "version": version, "filler": filler})
    server.hset(keys.board(queue_id), mapping={"version": version, "desk": board, "screen": board})
    server.publish(keys.CHANNEL, str(queue_id))


def test_a_desk_and_a_screen_follow_the_line(
    clinic: World, tickets: list[QueueTicket], stream: int, committing: Callable[[], Any]
) -> None:
    clock.set_source(None)  # tokens are read by a process that lives in the present
    body = {"queue_ids": [str(tickets[0].queue_id)]}
    answer = clinic.client("doctor_a").post(f"{ADMIN}/queues/stream-token", body, format="json").json()
    with committing():
        screen, token = screens.create_screen(department=clinic.departments["cardiology"], name="大屏")
    assert clinic.client("doctor_b").post(
        f"{ADMIN}/queues/stream-token", body, format="json"
    ).status_code == 400  # fmt: skip
    desk, public = Reader(stream, answer["token"]), Reader(stream, token)
    assert json.loads(desk.until("data: "))["queue_id"] == str(tickets[0].queue_id)
    assert "三丰" not in public.until("data: ")
    put(tickets[0].queue_id, "next")
    assert (desk.until("id: "), public.until("id: ")) == ("next", "next")
    assert desk.until(": still") == "here"
    assert get(stream, f"/stream/board?token={token}")[1][0]["version"] == "next"
    for wrong in ("", "x", altered(answer["token"]), f"{answer['token']}.x"):
        assert get(stream, f"/stream/events?token={wrong}")[0] == 401
    with committing():
        screens.revoke_screen(screen)
    assert public.until("event: ") == "over"
    assert get(stream, f"/stream/board?token={token}")[0] == 401
    assert desk.until(": still") == "here"
    for reader in (desk, public):
        reader.answer.close()
        reader.link.close()


def test_a_listener_that_never_reads_is_dropped_and_holds_nobody(
    clinic: World, tickets: list[QueueTicket], stream: int, committing: Callable[[], Any]
) -> None:
    with committing():
        _, token = screens.create_screen(department=clinic.departments["cardiology"], name="大屏")

    def listeners() -> int:
        count: int = get(stream, "/healthz")[1]["listeners"]
        return count

    assert processes.wait_until(lambda: listeners() == 0, 30)  # those of other tests are noticed to be gone
    reader = Reader(stream, token)
    reader.until("data: ")
    with socket.create_connection(("127.0.0.1", stream)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(f"GET /stream/events?token={token} HTTP/1.1\r\nHost: stream\r\n\r\n".encode())
        assert processes.wait_until(lambda: listeners() == 2, 30)
        number = 0
        while listeners() == 2:
            number += 1
            assert number < 500
            put(tickets[0].queue_id, f"v{number}", "长" * 200_000)
            while reader.until("id: ") != f"v{number}":
                pass
        assert listeners() == 1
    put(tickets[0].queue_id, "last")
    assert reader.until("id: ") == "last"
    for _ in range(120):  # a hall that opens at once is let in, more than there are connections to Redis
        Reader(stream, token).link.close()
