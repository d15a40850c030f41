"""Databases to measure in, one per size, made once and kept until the tables or the sample change."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg2

from tests.bench.servers import ROOT, environment

BACKEND = ROOT / "backend"
TABLES, SAMPLE = ("apps/*/migrations/*.py", "kernel/migrations/*.py"), ("sample/**/*.py",)


def url_of(name: str) -> str:
    """The address of a database of that name on the bench's server."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def dataset(patients: int) -> str:
    """The address of a database with so many patients and five times as many past appointments."""
    name, mark = f"bench_{patients}", f"{_fingerprint(SAMPLE)}:{_fingerprint(TABLES)}"
    found = str(_mark(name) or "")
    if found == mark:
        return url_of(name)
    if found.partition(":")[0] == _fingerprint(SAMPLE):
        print(f"Migrating {name} …", flush=True)
        _manage(name, "migrate", "--skip-checks", "--verbosity", "0")
        _manage(name, "sync_access", "--skip-checks")
    else:
        print(f"Loading {patients:,} patients and {patients * 5:,} appointments (once) …", flush=True)
        recreate(name)
        _administer("ALTER SYSTEM SET max_wal_size = '4GB'")  # or loading is mostly checkpoints
        _administer("SELECT pg_reload_conf()")
        _manage(name, "migrate", "--skip-checks", "--verbosity", "0")
        _manage(name, "sync_access", "--skip-checks")
        size = ["--patients", str(patients), "--appointments", str(patients * 5)]
        staff = ["--staff", str(max(240, patients // 500))]
        begin = time.monotonic()
        _manage(name, "load_sample", "--huge", *size, *staff)
        print(f"Loaded in {time.monotonic() - begin:,.0f} s", flush=True)
    execute(url_of(name), "VACUUM ANALYZE")  # as a hospital's database has long been
    _administer("CHECKPOINT")
    _administer(f"COMMENT ON DATABASE {name} IS '{mark}'")
    return url_of(name)


def kept(name: str, make: Callable[[str], object]) -> str:
    """The address of a migrated database that `make` has filled; made again when the tables have changed."""
    mark = _fingerprint(TABLES)
    if _mark(name) != mark:
        recreate(name)
        _administer("ALTER SYSTEM SET max_wal_size = '4GB'")
        _administer("SELECT pg_reload_conf()")
        _manage(name, "migrate", "--skip-checks", "--verbosity", "0")
        make(url_of(name))
        _administer(f"COMMENT ON DATABASE {name} IS '{mark}'")
    return url_of(name)


def _manage(name: str, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=BACKEND, env=environment(url_of(name)), check=True)


def copy_of(source: str, name: str) -> str:
    """A fresh copy of a dataset, for what writes."""
    recreate(name, template=source.rpartition("/")[2])
    return url_of(name)


def recreate(name: str, template: str = "template1") -> None:
    """Drop the database if it is there, and make it from the template."""
    _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _administer(f"CREATE DATABASE {name} TEMPLATE {template}")


def drop(name: str) -> None:
    """Forget a database."""
    _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def execute(url: str, statement: str, values: object = None) -> list[tuple[object, ...]]:
    """Run one statement, committed; its rows."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _administer(statement: str) -> None:
    execute(os.environ["DATABASE_URL"], statement)


def _mark(name: str) -> object:
    rows = execute(
        os.environ["DATABASE_URL"],
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [name],
    )
    return rows[0][0] if rows else None


def _fingerprint(patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(BACKEND.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def inside(url: str, task: str, *arguments: object) -> Any:
    """A task of tests.bench.inside, run with that database; its answer."""
    command = [sys.executable, "-m", "tests.bench.inside", task, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(url), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])
