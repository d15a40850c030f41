"""What the set-up needs to know about processes and ports. Linux (also under WSL): it reads /proc.

Everything is found anew from the system instead of being trusted from a pid file, because pid files
outlive a `kill -9` and their numbers are given to strangers.
"""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")


def alive(pid: int) -> bool:
    """True while the process runs; a zombie, which nobody may ever reap in a container, is dead."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def pids() -> list[int]:
    """Every process that runs now."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and alive(int(entry.name))]


def working_in(directory: Path, names: Iterable[str]) -> list[int]:
    """Processes of one of these program names whose working directory is `directory`.

    PostgreSQL and Valkey both work in their data directory, so this is who holds the data.
    """
    wanted, found = set(names), []
    for pid in pids():
        try:
            if (PROC / str(pid) / "comm").read_text().strip() not in wanted:
                continue
            if (PROC / str(pid) / "cwd").readlink() == directory.resolve():
                found.append(pid)
        except OSError:
            continue  # gone in between, or somebody else's
    return found


def marked(name: str, value: str) -> list[int]:
    """Processes that were started with the environment variable name=value, without this one."""
    mark, found = f"{name}={value}".encode(), []
    for pid in pids():
        try:
            environment = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environment and pid != os.getpid():
            found.append(pid)
    return found


def end(targets: Iterable[int], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds, until no target is left."""
    targets = list(targets)

    def gone() -> bool:
        return not any(alive(pid) for pid in targets)

    for number, seconds in steps:
        if gone():
            return
        for pid in filter(alive, targets):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        wait_until(gone, seconds)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask every 50 ms until the condition holds (True) or the seconds are over (False)."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True if a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port if it is free, else one the system chooses."""
    if preferred and port_is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def claim_port(first: int) -> tuple[int, socket.socket]:
    """The first port at or above `first` that is free and that no other run of ours is about to bind.

    The claim holds until its socket is closed, at the latest with the process. Its name is abstract, as wide as ports.
    """
    for port in range(first, 65536):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0yihui-port-{port}")
        except OSError:
            claim.close()
            continue
        if port_is_free(port):
            return port, claim
        claim.close()
    raise OSError(f"no free port above {first}")


def remembered_port(path: Path) -> int:
    """The port noted in `path` if it is still free, else a new one, noted there."""
    known = path.read_text().strip() if path.exists() else ""
    port = free_port(int(known) if known.isdigit() else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{port}\n")
    return port


def tail(path: Path, lines: int = 20) -> str:
    """The end of a log, for an error message."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
