"""The rows of a report out of one snapshot, streamed: memory stays small however many there are."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel import clock
from kernel.ids import uuid7

BATCH = 1_000
_BACKEND = "SELECT pid, backend_start, xact_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"


@dataclass(slots=True)
class Snapshot:
    """A transaction that reads and sees one moment (`at`)."""

    connection: BaseDatabaseWrapper
    at: Any

    def rows(self, statement: str, values: Mapping[str, Any]) -> Generator[tuple[Any, ...], None, None]:
        """The rows by a server-side cursor."""
        cursor = self.connection.connection.cursor(name=f"report_{uuid7().hex}")
        cursor.itersize = BATCH
        with self.connection.wrap_database_errors:
            try:
                cursor.execute(statement, dict(values))
                yield from cursor
            finally:
                cursor.close()

    def backend(self) -> tuple[int, Any, Any]:
        """Process id of the connection in PostgreSQL, when that began, and when its transaction did.

        Together they name the transaction for ever: a pooler lends the same connection to others afterwards.
        """
        with self.connection.cursor() as cursor:
            cursor.execute(_BACKEND)
            pid, started, begun = cursor.fetchone()
        return int(pid), started, begun


@contextmanager
def snapshot(connection: BaseDatabaseWrapper, *, seconds: int) -> Iterator[Snapshot]:
    """REPEATABLE READ READ ONLY on that connection, each statement of at most so many seconds.

    Inside a transaction of the caller it is that one: what it has written is seen, and nothing is set.
    """
    if connection.in_atomic_block:
        yield Snapshot(connection, clock.now())
        return
    with transaction.atomic(using=connection.alias) if _is_shared(connection) else _own(connection):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        yield Snapshot(connection, clock.now())


def _is_shared(connection: BaseDatabaseWrapper) -> bool:
    from django.db import connections

    return connections[connection.alias] is connection


@contextmanager
def _own(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction of a connection that only its maker knows; it is rolled back, since nothing was written."""
    connection.ensure_connection()
    connection.set_autocommit(False)
    try:
        yield
    finally:
        with suppress(Error):  # of a connection that is dead: what killed it is told
            connection.rollback()
            connection.set_autocommit(True)
