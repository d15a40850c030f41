"""Writes a plan: at once inside the caller's transaction, or in pieces by several processes."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise

from django.db import connection, connections

from sample.bulk import patients, visits
from sample.bulk.copy import Row, Table
from sample.bulk.plan import Plan

Rows = Callable[[Plan, Iterable[int]], Iterator[Row]]
BY_PATIENT: tuple[tuple[Table, Rows], ...] = (
    (patients.PATIENT, patients.patients),
    (patients.CARD, patients.cards),
    (patients.DEPARTMENT, patients.departments),
    (patients.CARE_TEAM, patients.care_teams),
    (patients.GRANT, patients.grants),
)
BY_HALF_DAY: tuple[tuple[Table, Rows], ...] = (
    (visits.SESSION, visits.sessions),
    (visits.SLOT, visits.slots),
    (visits.NUMBER, visits.slot_numbers),
    (visits.ENCOUNTER, visits.encounters),
    (visits.APPOINTMENT, visits.appointments),
)
PIECES = 40
Task = tuple[int, int, int]


def write(plan: Plan) -> None:
    """Everything, over Django's connection, with triggers and constraints in force: for small plans."""
    for table, rows in BY_PATIENT:
        table.write(rows(plan, range(1, plan.patients + 1)))
    for table, rows in BY_HALF_DAY:
        table.write(rows(plan, range(plan.halves)))


def write_in_parallel(plan: Plan, workers: int, say: Callable[[str], None]) -> None:
    """Everything, by several processes, without triggers (session_replication_role) and with indexes built afterwards.

    Not atomic, and nothing of it enters the operation log: for throw-away databases only.
    """
    begin = time.monotonic()
    with _without_indexes([table for table, _ in BY_PATIENT + BY_HALF_DAY], workers):
        say(f"{time.monotonic() - begin:6.1f} s  indexes set aside")
        connections.close_all()
        with multiprocessing.get_context("fork").Pool(workers, _begin, (plan,)) as pool:
            for number, rest in _progress(pool.imap_unordered(_piece, _tasks(plan))):
                if not rest:
                    table = (BY_PATIENT + BY_HALF_DAY)[number][0]
                    say(f"{time.monotonic() - begin:6.1f} s  {table.model._meta.db_table}")
    say(f"{time.monotonic() - begin:6.1f} s  indexes built")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    say(f"{time.monotonic() - begin:6.1f} s  analysed")


def _tasks(plan: Plan) -> list[Task]:
    tasks = []
    for number in range(len(BY_PATIENT + BY_HALF_DAY)):
        first, count = (1, plan.patients) if number < len(BY_PATIENT) else (0, plan.halves)
        edges = [first + count * n // PIECES for n in range(PIECES + 1)]
        tasks += [(number, a, b) for a, b in pairwise(edges)]
    return tasks


def _progress(done: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(table, pieces of it still to come) as pieces are done."""
    left = dict.fromkeys(range(len(BY_PATIENT + BY_HALF_DAY)), PIECES)
    for number in done:
        left[number] -= 1
        yield number, left[number]


_plan: Plan | None = None


def _begin(plan: Plan) -> None:
    global _plan
    _plan = plan
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET statement_timeout = 0")


def _piece(task: Task) -> int:
    number, first, last = task
    if _plan is not None:
        table, rows = (BY_PATIENT + BY_HALF_DAY)[number]
        table.write(rows(_plan, range(first, last)))
    return number


_SET_ASIDE = """
SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', t.relname, c.conname),
       format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', t.relname, c.conname, pg_get_constraintdef(c.oid))
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype = 'u' AND t.relname = ANY (%s)
   AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conindid = c.conindid AND f.contype = 'f')
UNION ALL
SELECT format('DROP INDEX %%I', i.relname), pg_get_indexdef(i.oid)
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
 WHERE t.relname = ANY (%s) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)
"""


@contextmanager
def _without_indexes(tables: list[Table], workers: int) -> Iterator[None]:
    """Secondary indexes and unique constraints are dropped, and built again at the end whatever happened."""
    names = [table.model._meta.db_table for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, [names, names])
        statements = cursor.fetchall()
        for drop, _ in statements:
            cursor.execute(drop)
    try:
        yield
    finally:
        connections.close_all()
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            pool.map(_execute, [build for _, build in statements], chunksize=1)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        cursor.execute(statement)
