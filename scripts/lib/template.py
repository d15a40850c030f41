"""A migrated database that tests copy: migrating costs half a minute, a copy a second.

python scripts/lib/template.py      make it beside the database of DATABASE_URL, unless it is there
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from embedded import ROOT, local_dir
from postgres_server import ServerError, binaries

#: What a migrated database depends on: our migrations, and by their versions those of others.
SOURCES = ("backend/**/migrations/*.py", "backend/**/migrations/*.sql", "requirements.txt")


def migrate(url: str) -> None:
    """What `manage.py migrate` makes of an empty database; ServerError."""
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--skip-checks", "--verbosity", "0"]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT / "backend", env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"The template was not migrated:\n{done.stderr[-4000:]}")


def ensure(url: str, fill: Callable[[str], None] = migrate) -> str:
    """The name of the template beside that database. One process makes it while others wait; ServerError."""
    name = f"{urlsplit(url).path.lstrip('/')}_template"
    key = hashlib.sha256(at(url).encode()).hexdigest()[:12]
    (local_dir() / "run").mkdir(parents=True, exist_ok=True)
    with (local_dir() / "run" / f"template-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_of = fingerprint()
        mark = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'"
        if sql(url, mark) != made_of:
            sql(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
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


def fingerprint() -> str:
    """Another one whenever migrating would give another database."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


if __name__ == "__main__":
    ensure(os.environ["DATABASE_URL"])
