"""The real server, as the demo and production run it, with a database and settings of choice."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "config.settings.local"
LOG = Path(os.environ.get("YIHUI_LOCAL_DIR") or ROOT / ".local").resolve() / "log" / "bench.log"


@dataclass(slots=True)
class Server:
    """A running one. `first_answer` is seconds from the start of the process to the first 200."""

    port: int
    process: subprocess.Popen[bytes]
    first_answer: float

    def worker_memory(self) -> float:
        """Resident megabytes of the largest worker process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return max((_resident(int(pid)) for pid in children), default=0.0)


def environment(database: str, settings: str = SETTINGS) -> dict[str, str]:
    """Variables for a process of the product that uses that database."""
    return os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": f"{ROOT / 'backend'}{os.pathsep}{ROOT}",
        "YIHUI_LOG_LEVEL": os.environ.get("YIHUI_LOG_LEVEL", "WARNING"),
        "YIHUI_ALLOWED_HOSTS": "127.0.0.1",
    }


@contextmanager
def server(
    database: str, *, settings: str = SETTINGS, workers: int = 2, threads: int = 1, port: int = 0
) -> Iterator[Server]:
    """granian with the product, on a free port unless one is given; stopped at the end."""
    port = port or free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "warning",
        "--working-dir", str(ROOT / "backend"), "config.wsgi:application",
    ]  # fmt: skip
    begin = time.monotonic()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    log = LOG.open("ab")
    process = subprocess.Popen(
        command, env=environment(database, settings), cwd=ROOT / "backend", stdout=log, stderr=log
    )
    try:
        _wait(port, process)
        yield Server(port, process, time.monotonic() - begin)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}; see {LOG}")
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as probe:
                probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if b" 200 " in probe.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError("the server does not answer")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
