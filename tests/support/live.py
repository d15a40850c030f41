"""The whole product as real processes with servers of its own, for tests that kill and restart parts of it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import demo
import processes
from postgres_server import Postgres
from supervisor import Service, Supervisor
from valkey_server import Valkey

BACKEND = Path(__file__).resolve().parents[2] / "backend"


class LiveStack:
    """Addresses, processes and servers of one running product. `environment` is what its processes run with."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgres = Postgres(directory / "pg", durable=True)
        self.valkey = Valkey(directory / "valkey", durable=True)
        self.accounts_file = directory / "accounts.json"
        self.clock_file = directory / "clock"
        api, sandbox = processes.next_free_port(18000), processes.next_free_port(19000)
        self.api, self.sandbox = f"http://127.0.0.1:{api}", f"http://127.0.0.1:{sandbox}"
        self.supervisor = Supervisor(directory / "run", directory / "log", cwd=BACKEND)
        self.environment: dict[str, str] = {}

    def start(self, *, sample: list[str]) -> None:
        """Servers, migrations, the sample hospital (`load_sample` with these options), then every program."""
        for folder in ("run", "log"):
            (self.directory / folder).mkdir(parents=True, exist_ok=True)
        self.environment = {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.valkey.start(),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "YIHUI_CLOCK_FILE": str(self.clock_file),
            "YIHUI_STATIC_ROOT": str(self.directory / "static"),
            "YIHUI_MEDIA_ROOT": str(self.directory / "media"),
            "YIHUI_WECHAT_BASE_URL": self.sandbox,
            "YIHUI_ALIYUN_SMS_ENDPOINT": self.sandbox.removeprefix("http://"),
            "PYTHONPATH": str(BACKEND),
        }
        self.manage("migrate", "--noinput", "--verbosity", "0")
        self.manage("sync_access")
        self.manage("load_sample", "--accounts-file", str(self.accounts_file), *sample)
        for service in demo.programs(self.api, self.sandbox):
            service.environment = self.environment
            self.supervisor.start(service)
        for service in self.supervisor.services:
            self.supervisor.wait_healthy(service)

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack; returns its output."""
        done = subprocess.run(
            [*demo.MANAGE, *arguments],
            cwd=BACKEND,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def service(self, name: str) -> Service:
        """A running program: sandbox, api, workers, relay or scheduler."""
        return next(s for s in self.supervisor.services if s.name == name)

    def kill(self, name: str) -> None:
        """kill -9 of a program and of everything it started."""
        process = self.service(name).process
        assert process is not None
        os.killpg(process.pid, 9)
        process.wait()

    def revive(self, name: str) -> None:
        """Start a killed program again and wait until it is healthy."""
        service = self.service(name)
        self.supervisor.start(service)
        self.supervisor.wait_healthy(service)

    def move_clock(self, seconds: float) -> None:
        """Move the product's time this many seconds ahead of the machine's."""
        self.clock_file.write_text(str(seconds))

    @property
    def accounts(self) -> Any:
        """What load_sample wrote."""
        return json.loads(self.accounts_file.read_text())

    def stop(self) -> None:
        """Stop programs and servers."""
        self.supervisor.stop()
        self.valkey.stop()
        self.postgres.stop()


@contextmanager
def live_stack(directory: Path, *, sample: list[str] | None = None) -> Iterator[LiveStack]:
    """A running product in `directory`; nothing of it is left afterwards."""
    stack = LiveStack(directory)
    try:
        stack.start(sample=sample or [])
        yield stack
    finally:
        stack.stop()
