"""Runs named programs together: logs, health, restarts, and an ending that leaves nothing behind.

Every child bears YIHUI_SUPERVISOR=<run directory> in its environment, and so does whatever it starts in
turn. That mark is how a later run finds and ends what a killed one left.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import processes

MARK = "YIHUI_SUPERVISOR"
GRACE_SECONDS = 15.0
RESTARTS, WITHIN_SECONDS = 5, 60.0


class Failed(RuntimeError):
    """A program did not come up or would not stay up; the message carries the end of its log."""


class Busy(Failed):
    """Another supervisor lives in the run directory."""


@dataclass
class Service:
    """A program to keep running. `health` is a URL that answers 200 once it is ready, with `token` as its `run`."""

    name: str
    command: list[str]
    health: str | None = None
    token: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None


def answers(url: str, token: str = "") -> bool:
    """True if the URL answers 200 now and, with a token, if it is the program that was started with it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status == 200 and (not token or json.load(response).get("run") == token)
    except (urllib.error.URLError, OSError, ValueError, AttributeError):
        return False


class Supervisor:
    """The programs of one run directory. Use as a context manager: leaving it stops everything.

    A program that has been started `restarts` times within a minute and ends again is given up.
    """

    def __init__(self, run_dir: Path, log_dir: Path, *, cwd: Path, restarts: int = RESTARTS) -> None:
        self.run_dir, self.log_dir, self.cwd = run_dir.resolve(), log_dir, cwd
        self.restarts = restarts
        self.services: list[Service] = []
        self.stopping = False
        self._lock: Any = None

    def __enter__(self) -> "Supervisor":
        """Claim the run directory, end what a killed run left, and turn TERM and HUP into an ending.

        Raises Busy if another supervisor lives there.
        """
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self._lock = (self.run_dir / "supervisor.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            raise Busy(f"It runs here already, as process {self._lock.read().strip()}.") from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        self.end_leftovers()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._lock.close()

    def _interrupt(self, *_: object) -> None:
        """The first signal interrupts whatever goes on; while stopping, more of them change nothing."""
        if not self.stopping:
            self.stopping = True
            raise KeyboardInterrupt

    def start(self, service: Service) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only the supervisor."""
        if service not in self.services:
            self.services.append(service)
        environment = os.environ | service.environment | {MARK: str(self.run_dir), "PYTHONUNBUFFERED": "1"}
        with self.log_path(service).open("ab") as log:
            service.process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.cwd,
                env=environment,
                start_new_session=True,
            )
        service.starts.append(time.monotonic())

    def log_path(self, service: Service) -> Path:
        """Where the program's output goes; it is appended to."""
        return self.log_dir / f"{service.name}.log"

    def wait_healthy(self, service: Service, seconds: float = 60.0) -> None:
        """Return once its health URL answers 200; raises Failed if it ends before or takes too long."""
        url = service.health
        if url is None:
            return
        ready = processes.wait_until(lambda: self._ended(service) or answers(url, service.token), seconds)
        if not ready or self._ended(service):
            state = "ended" if self._ended(service) else f"is not healthy after {seconds:.0f} s"
            raise Failed(f"{service.name} {state}:\n{processes.tail(self.log_path(service))}")

    @staticmethod
    def _ended(service: Service) -> bool:
        return service.process is None or service.process.poll() is not None

    def watch(self, tell: Callable[[str], None]) -> None:
        """Keep everything running until interrupted; raises Failed when a program will not stay up."""
        while True:
            self.restart_ended(tell)
            time.sleep(0.5)

    def restart_ended(self, tell: Callable[[str], None]) -> None:
        """Start again what has ended; raises Failed when a program will not stay up."""
        for service in list(self.services):
            if self._ended(service):
                self._restart(service, tell)

    def _restart(self, service: Service, tell: Callable[[str], None]) -> None:
        recent = [start for start in service.starts if time.monotonic() - start < WITHIN_SECONDS]
        if len(recent) >= self.restarts:
            log = processes.tail(self.log_path(service))
            raise Failed(f"{service.name} ended {len(recent)} times in a minute:\n{log}")
        code = None
        if service.process:
            code = service.process.returncode
            with contextlib.suppress(ProcessLookupError):  # children that outlived it would hold its port
                os.killpg(service.process.pid, signal.SIGKILL)
        tell(f"{service.name} ended with {code}; starting it again.")
        self.start(service)

    def stop(self) -> None:
        """End all, the last started first; returns when no process of this run is left."""
        self.stopping = True
        self.halt()

    def halt(self) -> None:
        """End the programs and forget them, so that others may be started in their place."""
        running = [service for service in reversed(self.services) if not self._ended(service)]
        for service in running:
            if service.process:
                service.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for service in running:
            if service.process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    service.process.wait(max(0.0, deadline - time.monotonic()))
        self.end_leftovers()
        self.services.clear()

    def end_leftovers(self) -> None:
        """End every process that bears the mark of this run directory."""
        left = processes.marked(MARK, str(self.run_dir))
        processes.end(left, (signal.SIGTERM, 5), (signal.SIGKILL, 5))
        for service in self.services:
            if service.process:
                service.process.wait()
