"""The embedded servers start, stop, and come up again after kill -9 with what they had."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest
import redis

import postgres_server
import processes
from embedded import Stack, free_slot, run
from postgres_server import Postgres


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    made = Stack(tmp_path / "servers")
    yield made
    made.stop()
    assert not any(server.pids() for server in made.servers.values())


def sql(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def kill_all(stack: Stack) -> None:
    victims = [pid for server in stack.servers.values() for pid in server.pids()]
    for pid in victims:
        with suppress(ProcessLookupError):  # a server's helpers come and go
            os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not any(processes.alive(pid) for pid in victims), 10)


def test_data_and_queue_survive_kill_9_of_everything(stack: Stack) -> None:
    urls = stack.start()
    sql(urls["DATABASE_URL"], "CREATE TABLE kept AS SELECT 1 AS id")
    redis.Redis.from_url(urls["REDIS_URL"]).rpush("queue", "message")
    kill_all(stack)
    assert stack.running() == {"pg": False, "valkey": False}

    again = stack.start()

    assert sql(again["DATABASE_URL"], "SELECT id FROM kept") == [(1,)]
    assert redis.Redis.from_url(again["REDIS_URL"]).lrange("queue", 0, -1) == [b"message"]


def test_starting_twice_gives_the_same_servers_and_stopping_ends_them(stack: Stack) -> None:
    first, pids = stack.start(), stack.servers["pg"].pids()
    assert stack.start() == first
    assert set(pids) & set(stack.servers["pg"].pids())
    stack.stop()
    assert stack.running() == {"pg": False, "valkey": False}


def test_a_pid_file_whose_number_a_stranger_bears_does_not_hinder_a_start(stack: Stack) -> None:
    stack.start()
    kill_all(stack)
    pid_file = stack.directory / "pg" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert "DATABASE_URL" in stack.start()


def test_a_postmaster_that_died_alone_does_not_hinder_a_start(stack: Stack) -> None:
    url = stack.start()["DATABASE_URL"]
    os.kill(int((stack.directory / "pg" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert stack.start()["DATABASE_URL"] == url
    assert sql(url, "SELECT 1") == [(1,)]


def test_a_first_start_that_was_cut_short_is_begun_anew(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stack.servers["pg"]
    assert isinstance(server, Postgres)
    with monkeypatch.context() as short:  # killed when nearly everything is there
        short.setattr(server, "_checked", lambda done: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            stack.start()
    assert list(server.base.glob("*/PG_VERSION"))
    assert sql(stack.start()["DATABASE_URL"], "SELECT 1") == [(1,)]


def test_a_port_that_was_taken_meanwhile_is_replaced(stack: Stack) -> None:
    port_file = stack.directory / "valkey" / "port"
    redis_url = stack.start()["REDIS_URL"]
    stack.servers["valkey"].stop()
    with processes.socket.socket() as squatter:
        squatter.bind(("127.0.0.1", int(port_file.read_text())))
        squatter.listen()
        assert stack.start()["REDIS_URL"] != redis_url


def test_chinese_text_has_trigrams_and_time_zones_are_known(stack: Stack) -> None:
    url = stack.start()["DATABASE_URL"]
    sql(url, "CREATE EXTENSION pg_trgm")
    assert len(sql(url, "SELECT show_trgm('张三丰')")[0][0]) >= 3
    assert (
        sql(url, "SELECT extract(hour FROM timestamptz '2026-01-01T00:00Z' AT TIME ZONE 'Asia/Shanghai')")[0][
            0
        ]
        == 8
    )


def test_a_server_that_the_caller_provides_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/yihui")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    provided = Stack(tmp_path / "none")
    assert provided.start() == {
        "DATABASE_URL": "postgres://elsewhere/yihui",
        "REDIS_URL": "redis://elsewhere/0",
    }
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_postgresql_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "unshare_works", lambda: False)
    server = Postgres(tmp_path / "pg")
    try:
        assert sql(server.start(), "SELECT 1") == [(1,)]
        assert owners(server.pids()) == {postgres_server.NOBODY}
    finally:
        server.stop()
        shutil.rmtree(server.base)  # outside tmp_path where nobody cannot reach that


def owners(pids: Iterable[int]) -> set[int]:
    """Users of the processes; one that has ended meanwhile, as a connection's does, has none."""
    found = set()
    for pid in pids:
        with suppress(FileNotFoundError):
            found.add(Path(f"/proc/{pid}").stat().st_uid)
    return found


def test_runs_side_by_side_get_slots_of_their_own_and_a_finished_run_frees_its(tmp_path: Path) -> None:
    with free_slot(tmp_path) as (first, _), free_slot(tmp_path) as (second, _):
        assert first != second
    with free_slot(tmp_path) as (third, _):
        assert third == first


def test_a_slot_stays_taken_while_a_command_lives_whose_run_was_killed(tmp_path: Path) -> None:
    with free_slot(tmp_path) as (first, lock):
        orphan = subprocess.Popen(["sleep", "60"], pass_fds=[lock])
    with free_slot(tmp_path) as (second, _):
        assert second != first
    orphan.kill()
    orphan.wait()
    with free_slot(tmp_path) as (third, _):
        assert third == first


def test_run_gives_the_command_the_addresses_and_its_exit_code(stack: Stack) -> None:
    look = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'].startswith('postgres://yihui@') else 1)"
    assert run([sys.executable, "-c", look], stack.directory, durable=False) == 7
    assert stack.running() == {"pg": False, "valkey": False}


def test_run_leaves_running_what_ran_before_unless_a_killed_run_left_it_in_a_slot(stack: Stack) -> None:
    stack.start()
    run(["true"], stack.directory, durable=True)
    assert stack.running() == {"pg": True, "valkey": True}
    with free_slot(stack.directory / "slots") as (_, lock):
        run(["true"], stack.directory, durable=True, slot_lock=lock)
    assert stack.running() == {"pg": False, "valkey": False}


def test_the_command_line_prints_environment_lines(stack: Stack) -> None:
    tool = [sys.executable, str(Path(postgres_server.__file__).with_name("embedded.py"))]
    place = ["--dir", str(stack.directory)]
    started = subprocess.run([*tool, "start", "valkey", *place], capture_output=True, text=True, check=True)
    assert started.stdout.startswith("REDIS_URL=redis://127.0.0.1:")
    status = subprocess.run([*tool, "status", "all", *place], capture_output=True, text=True, check=True)
    assert status.stdout.splitlines() == ["pg stopped", "valkey running"]


def test_the_log_of_postgresql_repeats_no_statement_and_no_row(stack: Stack) -> None:
    url = stack.start()["DATABASE_URL"]
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE person (phone text PRIMARY KEY, age int CHECK (age > 0))")
        cursor.execute("INSERT INTO person VALUES ('13812348000', 1)")
    for statement in (
        "INSERT INTO person VALUES ('13812348000', 2)",
        "INSERT INTO person VALUES ('13812348001', -1)",
        "SELECT '13812348002' FROM nowhere",
    ):
        with (
            psycopg2.connect(url) as connection,
            connection.cursor() as cursor,
            pytest.raises(psycopg2.Error),
        ):
            cursor.execute(statement)
    server = stack.servers["pg"]
    assert isinstance(server, Postgres)
    text = server.log.read_text()
    assert "ERROR" in text
    assert "138123480" not in text
