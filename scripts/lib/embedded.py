"""PostgreSQL and Valkey without an installation: start, stop, restart, status, run.

    python scripts/lib/embedded.py start|stop|restart|status pg|valkey|all [--dir DIR] [--forgetful]
    python scripts/lib/embedded.py run [--dir DIR] [--slots] [--forgetful] -- COMMAND...

`start` and `restart` print DATABASE_URL=… and REDIS_URL=… lines. `run` gives a command these variables and
stops afterwards whatever it started. A server whose variable the caller has set already is left alone.
From Python: `Stack(directory).start()` returns the same variables.
"""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgres_server import Postgres, ServerError, require_time_zones
from valkey_server import Valkey

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = {"pg": "DATABASE_URL", "valkey": "REDIS_URL"}


def local_dir() -> Path:
    """Everything this machine keeps for the project: YIHUI_LOCAL_DIR, else .local in the checkout."""
    return Path(os.environ.get("YIHUI_LOCAL_DIR") or ROOT / ".local").resolve()


class Stack:
    """The servers of one directory (`DIR/pg`, `DIR/valkey`), without those the caller provides."""

    def __init__(
        self, directory: Path, *, durable: bool = True, names: tuple[str, ...] = ("pg", "valkey")
    ) -> None:
        self.directory = directory
        self.names = [name for name in names if not os.environ.get(VARIABLES[name])]
        self.servers: dict[str, Postgres | Valkey] = {}
        if "pg" in self.names:
            require_time_zones()
            self.servers["pg"] = Postgres(directory / "pg", durable=durable)
        if "valkey" in self.names:
            self.servers["valkey"] = Valkey(directory / "valkey", durable=durable)

    def start(self) -> dict[str, str]:
        """Start what does not run; returns the environment variables of all, provided ones included."""
        own = {VARIABLES[name]: server.start() for name, server in self.servers.items()}
        provided = {name: os.environ[name] for name in VARIABLES.values() if os.environ.get(name)}
        return provided | own

    def stop(self) -> None:
        """Stop all; returns when their processes are gone."""
        for server in reversed(self.servers.values()):
            server.stop()

    def running(self) -> dict[str, bool]:
        """Which servers answer."""
        return {name: server.running() for name, server in self.servers.items()}


@contextmanager
def free_slot(directory: Path) -> Iterator[tuple[Path, int]]:
    """A directory of our own under `directory`, so that several runs don't meet, and its lock's descriptor.

    The slot is ours until we and every process that was given the descriptor have ended, however that
    happens. The next run takes it over together with any servers we left.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(64):
        with (directory / f"{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield directory / str(number), lock.fileno()
            return
    raise ServerError(f"All slots in {directory} are in use.")


def run(command: list[str], directory: Path, *, durable: bool, slot_lock: int | None = None) -> int:
    """Run a command with the servers and return its exit code; Ctrl-C reaches it too.

    Servers that ran before are left running, but in a slot they were left by a run that was killed.
    """
    stack = Stack(directory, durable=durable)
    before = stack.running() if slot_lock is None else {}
    kept = [] if slot_lock is None else [slot_lock]
    try:
        child = subprocess.Popen(command, env=os.environ | stack.start(), pass_fds=kept)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # the terminal has told the child as well: wait for its own ending
    finally:
        for name, server in stack.servers.items():
            if not before.get(name):
                server.stop()


def change(action: str, stack: Stack) -> None:
    """start, stop, restart or status of a stack, with what there is to say on standard output."""
    if action in ("stop", "restart"):
        stack.stop()
    if action in ("start", "restart"):
        for name, value in stack.start().items():
            print(f"{name}={value}")
    if action == "status":
        for name, answers in stack.running().items():
            print(f"{name} {'running' if answers else 'stopped'}")


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and the command after `--`."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    own, command = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["start", "stop", "restart", "status", "run"])
    parser.add_argument("which", choices=["pg", "valkey", "all"], nargs="?", default="all")
    parser.add_argument(
        "--dir", type=Path, default=None, help="where the servers live (default: the local directory)"
    )
    parser.add_argument(
        "--slots", action="store_true", help="run: take a free directory of several below --dir"
    )
    parser.add_argument("--forgetful", action="store_true", help="fast and not crash safe, for tests")
    return parser.parse_args(own), command


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    options, command = parse(arguments)
    directory, durable = options.dir or local_dir(), not options.forgetful
    try:
        if options.action != "run":
            names = tuple(VARIABLES) if options.which == "all" else (options.which,)
            change(options.action, Stack(directory, durable=durable, names=names))
            return 0
        if not options.slots:
            return run(command, directory, durable=durable)
        with free_slot(directory) as (slot, lock):
            return run(command, slot, durable=durable, slot_lock=lock)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
