"""Databases that tests copy: a migrated one, and one that holds the tests' world, too.

python scripts/lib/template.py      make both beside the database of DATABASE_URL, unless they are there

Migrating costs half a minute, the world seconds, a copy one second.
"""

import datetime as dt
import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from embedded import ROOT, local_dir
from postgres_server import ServerError, binaries

#: What a migrated database depends on: our migrations, and by their versions those of others.
SOURCES = ("backend/**/migrations/*.py", "backend/**/migrations/*.sql", "requirements.txt")
#: And the world: the product that makes it, what it makes, and keys of the environment.
WORLD_SOURCES = (*SOURCES, "backend/**/*.py", "tests/support/*.py")
KEYS = re.compile(r"YIHUI_\w*(KEY|SECRET)\w*")


def migrate(url: str) -> None:
    """What `manage.py migrate` makes of an empty database; ServerError."""
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--skip-checks", "--verbosity", "0"]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT / "backend", env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"The template was not migrated:\n{done.stderr[-4000:]}")


def populate(url: str) -> None:
    """Load the tests' world into a migrated database; ServerError."""
    command = [sys.executable, "-m", "tests.support.populate"]
    roots = os.pathsep.join(str(root) for root in (ROOT / "backend", ROOT, ROOT / "scripts" / "lib"))
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": roots}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"The world was not loaded:\n{done.stderr[-4000:]}")


def ensure(url: str, fill: Callable[[str], None] = migrate) -> str:
    """The name of the migrated template beside that database; ServerError."""
    return _ensure(url, "template", "template1", fingerprint(SOURCES), fill)


def ensure_world(url: str) -> str:
    """The name of the template that holds the tests' world, made today; ServerError."""
    keys = [f"{name}={value}" for name, value in sorted(os.environ.items()) if KEYS.fullmatch(name)]
    made_of = fingerprint(WORLD_SOURCES, str(dt.date.today()), *keys)
    return _ensure(url, "world", ensure(url), made_of, populate)


def _ensure(url: str, kind: str, source: str, made_of: str, fill: Callable[[str], None]) -> str:
    """A filled copy of `source` beside that database. One process makes it while others wait."""
    name = f"{urlsplit(url).path.lstrip('/')}_{kind}"
    key = hashlib.sha256(at(url).encode()).hexdigest()[:12]
    (local_dir() / "run").mkdir(parents=True, exist_ok=True)
    with (local_dir() / "run" / f"{kind}-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
        if sql(url, mark) != made_of:
            drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
            sql(url, drop, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
            fill(at(url, name))
            # The mark comes last: a template that was cut short has none and is made anew.
            sql(url, f"COMMENT ON DATABASE \"{name}\" IS '{made_of}'")
    return name


def sql(url: str, *statements: str) -> str:
    """What statements print, each a transaction of its own; ServerError."""
    commands = [part for statement in statements for part in ("-c", statement)]
    command = [str(binaries() / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", *commands, at(url)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(done.stderr)
    return done.stdout.strip()


def at(url: str, name: str = "") -> str:
    """The same server's database of that name, in a spelling that psycopg2 and psql know."""
    parts = urlsplit(url)._replace(scheme="postgresql")
    return (parts._replace(path=f"/{name}") if name else parts).geturl()


def copy_into(source: str, target: str) -> None:
    """Fill an empty database, of whichever server, with what another one holds; ServerError."""
    dump = [str(binaries() / "pg_dump"), "--no-owner", source]
    quiet = ["-Xq", "-o", os.devnull, "-v", "ON_ERROR_STOP=1"]
    load = [str(binaries() / "psql"), *quiet, "--single-transaction", target]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as reading:
        loaded = subprocess.run(load, stdin=reading.stdout, stderr=subprocess.PIPE, text=True)
    if reading.returncode or loaded.returncode:
        raise ServerError(f"The template was not copied:\n{loaded.stderr}")


def fingerprint(sources: Iterable[str], *more: str) -> str:
    """Another one whenever filling would give another database."""
    digest = hashlib.sha256("\0".join(more).encode())
    for pattern in sources:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


if __name__ == "__main__":
    ensure_world(os.environ["DATABASE_URL"])
