"""The whole product as real processes with servers of its own, for tests that kill and restart parts of it."""

import datetime as dt
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2

import demo
import processes
import template
from commands import THEN
from postgres_server import Postgres
from supervisor import Service, Supervisor
from valkey_server import Valkey

BACKEND = Path(__file__).resolve().parents[2] / "backend"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SERVERS = ("postgres", "valkey")


class LiveStack:
    """Addresses, processes and servers of one running product. `environment` is what its processes run with.

    Whoever passes a point that `fault_file` names dies there (kernel.faults).

    A program that ends by itself is started again, as the demo and production do; one that was killed here stays down
    until `revive`.
    """

    def __init__(self, directory: Path, environment: dict[str, str] | None = None) -> None:
        self.directory = directory
        self.postgres = Postgres(directory / "pg", durable=True)
        self.valkey = Valkey(directory / "valkey", durable=True)
        self.accounts_file = directory / "accounts.json"
        self.clock_file = directory / "clock"
        self.fault_file = directory / "faults"
        self.api = self.sandbox = self.stream = ""
        # tests that kill programs at point after point end them far oftener than a healthy product does
        self.supervisor = Supervisor(directory / "run", directory / "log", cwd=BACKEND, restarts=60)
        self.environment: dict[str, str] = environment or {}
        self.restarted: list[str] = []
        self.token = secrets.token_hex(8)
        self._down: dict[str, Service] = {}
        self._over = threading.Event()
        self._offset = 0.0

    def start(self, *, sample: list[str]) -> None:
        """Servers, a migrated database, the sample hospital (`load_sample` with these options), then every program.

        The product's clock begins at ten in the morning, so that no test depends on the hour at which it runs.
        """
        for folder in ("run", "log"):
            (self.directory / folder).mkdir(parents=True, exist_ok=True)
        self._begin_at_ten()
        self.sandbox = f"http://127.0.0.1:{processes.free_port()}"
        self.api, self.stream = (f"http://127.0.0.1:{processes.free_port()}" for _ in range(2))
        self.environment = {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.valkey.start(),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "YIHUI_CLOCK_FILE": str(self.clock_file),
            "YIHUI_RUN_TOKEN": self.token,
            "YIHUI_FAULT_FILE": str(self.fault_file),
            "YIHUI_STATIC_ROOT": str(self.directory / "static"),
            "YIHUI_MEDIA_ROOT": str(self.directory / "media"),
            "YIHUI_WECHAT_BASE_URL": self.sandbox,
            "YIHUI_ALIYUN_SMS_ENDPOINT": self.sandbox.removeprefix("http://"),
            "YIHUI_HIS_BASE_URL": self.sandbox,
            "YIHUI_PUBLIC_BASE_URL": self.api,
            "PYTHONPATH": str(BACKEND),
        } | self.environment
        self._copy_template()
        self.manage("sync_access", THEN, "load_sample", "--accounts-file", str(self.accounts_file), *sample)
        for service in demo.programs(
            self.api, self.sandbox, self.stream, self.directory / "keys", self.token
        ):
            service.environment = self.environment
            self.supervisor.start(service)
        for service in self.supervisor.services:
            self.supervisor.wait_healthy(service)
        demo.open_accounts(self.sandbox, self.directory, self.manage)
        threading.Thread(target=self._keep_running, daemon=True).start()

    def _copy_template(self) -> None:
        """What `migrate` makes of an empty database; that no migration is missing has a test of its own."""
        source = os.environ["DATABASE_URL"]
        template.copy_into(template.at(source, template.ensure(source)), template.at(self.postgres.url))

    def manage(self, *arguments: str) -> str:
        """Run management commands, divided by THEN, against this stack; returns their output."""
        return self._run([*demo.COMMANDS, *arguments])

    def script(self, path: Path, *arguments: str) -> str:
        """Run a Python file with the product's settings; returns its output."""
        return self._run([sys.executable, str(path), *arguments])

    def _run(self, command: list[str]) -> str:
        environment = os.environ | self.environment
        done = subprocess.run(command, cwd=BACKEND, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one statement, over a connection of its own."""
        connection = psycopg2.connect(self.postgres.url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def pid(self, name: str) -> int:
        """The process of a running program: sandbox, api, stream, workers, relay or scheduler."""
        process = next(s for s in self.supervisor.services if s.name == name).process
        assert process is not None
        return process.pid

    def kill(self, name: str) -> None:
        """kill -9 of a program and of everything it started, or of a server: postgres or valkey."""
        if name in SERVERS:
            server: Postgres | Valkey = getattr(self, name)
            processes.end(server.pids(), (signal.SIGKILL, 10))
            return
        service = next(s for s in self.supervisor.services if s.name == name)
        self.supervisor.services.remove(service)
        self._down[name] = service
        assert service.process is not None
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()

    def revive(self, name: str) -> None:
        """Start a killed program or server again and wait until it is healthy."""
        if name in SERVERS:
            getattr(self, name).start()
            return
        service = self._down.pop(name)
        self.supervisor.start(service)
        self.supervisor.wait_healthy(service)

    def wipe_valkey(self) -> None:
        """Take everything from the dead Valkey that it had written."""
        assert not self.valkey.pids()
        for path in self.valkey.home.iterdir():
            if path.is_dir():
                shutil.rmtree(path)

    def repair(self) -> None:
        """Bring back what a test left down."""
        for name in SERVERS:
            self.revive(name)
        for name in list(self._down):
            self.revive(name)

    def now(self) -> dt.datetime:
        """The product's time, as the wall clock of the hospital."""
        return dt.datetime.fromtimestamp(time.time() + self._offset, SHANGHAI)

    def move_clock(self, seconds: float) -> None:
        """Move the product's time on by so many seconds. It never moves back."""
        assert seconds >= 0
        self._offset += seconds
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(str(self._offset))
        fresh.replace(self.clock_file)  # a reader must not find it half written

    def move_clock_to(self, hour: int, minute: int = 0) -> None:
        """Move the product's time on to the next moment at which it is that late."""
        wanted = self.now().replace(hour=hour, minute=minute, second=0, microsecond=0)
        if wanted < self.now():
            wanted += dt.timedelta(days=1)
        self.move_clock((wanted - self.now()).total_seconds())

    def _begin_at_ten(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.move_clock_to(10)

    def _keep_running(self) -> None:
        while not self._over.wait(0.5):
            self.supervisor.restart_ended(self.restarted.append)

    @property
    def accounts(self) -> Any:
        """What load_sample wrote."""
        return json.loads(self.accounts_file.read_text())

    def stop(self) -> None:
        """Stop programs and servers."""
        self._over.set()
        self.supervisor.stop()
        self.valkey.stop()
        self.postgres.stop()


@contextmanager
def live_stack(
    directory: Path, *, sample: list[str] | None = None, environment: dict[str, str] | None = None
) -> Iterator[LiveStack]:
    """A running product in `directory`; nothing of it is left afterwards."""
    stack = LiveStack(directory, environment)
    try:
        stack.start(sample=sample or [])
        yield stack
    finally:
        stack.stop()
