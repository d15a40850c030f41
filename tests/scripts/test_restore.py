"""The drill: a database that was spoilt and destroyed comes back as it was at the moment before, with its files."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

import processes
import template
from postgres_server import Postgres

ROOT = Path(__file__).resolve().parents[2]
TOOL = [sys.executable, str(ROOT / "scripts" / "lib" / "backups.py")]
pytestmark = [pytest.mark.xdist_group("restore"), pytest.mark.thorough]


class Drill:
    """A server of its own with a table, uploaded files, and what is received of it."""

    def __init__(self, home: Path) -> None:
        self.home, self.backup, self.media = home, home / "backup", home / "media"
        self.server = Postgres(home / "demo" / "pg")
        self.media.mkdir(parents=True)
        (self.media / "portrait.png").write_bytes(b"picture")
        self.server.start()
        self.sql("CREATE TABLE visit AS SELECT number FROM generate_series(1, 1000) AS number")
        self.follower: subprocess.Popen[bytes] | None = None

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.server.url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def command(self, action: str, *arguments: str) -> list[str]:
        place = "--to" if action == "backup" else "--from"
        places = [place, str(self.backup), "--media", str(self.media), "--home", str(self.server.home)]
        return [*TOOL, action, *places, *arguments]

    def run(self, action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = self.command(action, *arguments)
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def follow(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with (self.home / "follow.log").open("wb") as log:
            self.follower = subprocess.Popen(
                self.command("backup", "--follow"),
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert processes.wait_until(lambda: bool(self.sql("SELECT 1 FROM pg_stat_replication")), 60)

    def received(self) -> None:
        """Return once everything that was written so far has arrived in the backup."""
        until = self.sql("SELECT pg_current_wal_flush_lsn()")[0][0]
        arrived = f"SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '{until}'"
        assert processes.wait_until(lambda: bool(self.sql(arrived)), 60)

    def moment(self) -> str:
        """Now, in a second of its own."""
        begin = self.sql("SELECT date_trunc('second', clock_timestamp())")
        assert processes.wait_until(
            lambda: self.sql("SELECT date_trunc('second', clock_timestamp())") != begin, 60
        )
        return str(self.sql("SELECT clock_timestamp()::text")[0][0])

    def destroy(self) -> None:
        """As a lost disk: everything of the server is gone at once, and of the files, too."""
        processes.end(self.server.pids(), (signal.SIGKILL, 10))
        self.end_follower()
        shutil.rmtree(self.server.data)
        shutil.rmtree(self.media)

    def end_follower(self) -> None:
        if self.follower and self.follower.poll() is None:
            os.killpg(self.follower.pid, signal.SIGKILL)
            self.follower.wait()


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    made = Drill(tmp_path)
    try:
        yield made
    finally:
        made.end_follower()
        made.server.stop()


def test_a_destroyed_database_is_brought_back_to_the_moment_before_it_was_spoilt(drill: Drill) -> None:
    drill.follow()
    done = drill.run("backup")
    assert done.returncode == 0, done.stderr
    drill.sql("INSERT INTO visit SELECT generate_series(1001, 1500)")  # known from the changes alone
    before = drill.moment()
    drill.sql("DELETE FROM visit WHERE number > 10")
    drill.received()
    drill.destroy()

    done = drill.run("restore", "--until", before)

    assert done.returncode == 0, done.stdout + done.stderr
    drill.server.start()
    assert drill.sql("SELECT count(*), max(number) FROM visit") == [(1500, 1500)]
    drill.sql("INSERT INTO visit VALUES (1501)")  # it is a server like any other again
    assert (drill.media / "portrait.png").read_bytes() == b"picture"
    # … and is backed up and brought back once more, its own way followed to the end
    drill.follow()
    assert drill.run("backup").returncode == 0
    drill.sql("INSERT INTO visit VALUES (1502)")
    drill.received()
    drill.destroy()
    assert drill.run("restore").returncode == 0
    drill.server.start()
    assert drill.sql("SELECT count(*), max(number) FROM visit") == [(1502, 1502)]


def test_the_products_own_database_comes_back_whole_and_proves_itself(drill: Drill) -> None:
    ours = os.environ["DATABASE_URL"]
    drill.sql("CREATE DATABASE product")
    url = template.at(drill.server.url, "product")
    template.copy_into(template.at(ours, template.ensure_world(ours)), url)
    drill.follow()
    assert drill.run("backup").returncode == 0
    template.sql(url, "UPDATE patients_patient SET occupation = '备份之后'")
    rows = template.sql(url, "SELECT count(*), min(occupation), max(occupation) FROM patients_patient")
    before = drill.moment()
    template.sql(url, "TRUNCATE patients_patient CASCADE")
    drill.received()
    drill.destroy()
    assert drill.run("restore", "--until", before).returncode == 0
    drill.server.start()
    assert (
        template.sql(url, "SELECT count(*), min(occupation), max(occupation) FROM patients_patient") == rows
    )
    for command in (["migrate", "--check"], ["verify_audit"], ["verify_ledger"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT / "backend", env=os.environ | {"DATABASE_URL": url},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_what_stood_there_is_moved_aside_and_never_deleted(drill: Drill) -> None:
    assert drill.run("backup").returncode == 0
    drill.server.stop()
    assert drill.run("restore").returncode == 0
    aside = list(drill.server.base.glob("data.before-*"))
    assert len(aside) == 1
    assert (aside[0] / "PG_VERSION").exists()


def test_a_running_server_is_not_restored_over_and_nothing_changed(drill: Drill) -> None:
    assert drill.run("backup").returncode == 0
    done = drill.run("restore")
    assert done.returncode == 1
    assert "stop the demo first" in done.stderr
    assert drill.sql("SELECT count(*) FROM visit") == [(1000,)]


@pytest.mark.parametrize(
    ("until", "word"),
    [
        ("2020-01-01 00:00:00+08:00", "No backup"),
        ("yesterday's; rm", "--until"),
        ("soon", "--until"),
        ("2026-11-29 18:30:00", "offset"),
        ("2126-11-29 18:30:00+08:00", "nothing was received"),
    ],
)
def test_a_moment_that_cannot_be_reached_is_refused_and_nothing_changed(
    drill: Drill, until: str, word: str
) -> None:
    assert drill.run("backup").returncode == 0
    drill.server.stop()
    done = drill.run("restore", "--until", until)
    assert done.returncode == 1
    assert word in done.stderr
    assert not list(drill.server.base.glob("data.before-*"))
    drill.server.start()
    assert drill.sql("SELECT count(*) FROM visit") == [(1000,)]


def test_a_copy_that_was_changed_is_not_used(drill: Drill) -> None:
    assert drill.run("backup").returncode == 0
    drill.server.stop()
    copy = next((drill.backup / "base").iterdir())
    with (copy / "global" / "pg_control").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8)
    assert drill.run("restore").returncode == 1
    assert not list(drill.server.base.glob("data.before-*"))


def test_only_the_newest_copies_are_kept_with_their_files(drill: Drill) -> None:
    for _ in range(3):
        drill.moment()
        assert drill.run("backup", "--keep", "2").returncode == 0
    kept = sorted(path.name for path in (drill.backup / "base").iterdir())
    assert len(kept) == 2
    assert sorted(path.stem for path in (drill.backup / "media").iterdir()) == kept
    with tarfile.open(drill.backup / "media" / f"{kept[-1]}.tar") as files:
        assert "./portrait.png" in files.getnames()
