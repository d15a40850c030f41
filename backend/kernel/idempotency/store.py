"""Idempotency keys: a request with a key takes effect once, whatever is sent again.

`begin` commits a running record of its own; the record is finished in the SAME transaction as the effect, so a crash
leaves either both or neither, and a running record past its lease can be taken over safely.
"""

import datetime as dt
import hashlib
import threading
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from kernel import clock, ids
from kernel.errors import IdempotencyKeyReused, RequestInProgress
from kernel.prepared import UNHURRIED, Prepared

LEASE = dt.timedelta(seconds=30)
KEEP = dt.timedelta(hours=48)

_BEGIN = Prepared(
    "idempotency_begin",
    """
INSERT INTO kernel_idempotencyrecord (id, caller, key, fingerprint, done, locked_until, created_at)
VALUES (%(id)s, %(caller)s, %(key)s, %(fingerprint)s, false, %(until)s, %(now)s)
ON CONFLICT (caller, key) DO UPDATE SET locked_until = EXCLUDED.locked_until, id = EXCLUDED.id
  WHERE NOT kernel_idempotencyrecord.done AND kernel_idempotencyrecord.locked_until < %(now)s
    AND kernel_idempotencyrecord.fingerprint = EXCLUDED.fingerprint
RETURNING id
""",
)


#: For a use case that finishes its record within its own statement: the record `%(record)s` (see `current`), locked.
LOCK_RUNNING = "SELECT k.id FROM kernel_idempotencyrecord k WHERE k.id = %(record)s AND NOT k.done FOR UPDATE"


def finish_running(result: str, *, rows: str) -> str:
    """SQL that finishes the record in the rows `running` (LOCK_RUNNING) with that expression if there are `rows`."""
    return f"""UPDATE kernel_idempotencyrecord k SET done = true, status = 201, result = {result}
  FROM {rows}, running WHERE k.id = running.id"""  # noqa: S608 - expressions of our own


@dataclass(frozen=True, slots=True)
class Replay:
    """A request that was already answered: the stored answer, or the object to render it from."""

    status: int
    body: bytes | None
    result: UUID | None


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """32 bytes that tell one request from another."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def begin(caller: str, key: str, mark: bytes) -> UUID | Replay:
    """Claim the key: the id of the running record, or the earlier answer.

    Raises IdempotencyKeyReused for another request under the same key, RequestInProgress while the first still runs.
    Call it outside the transaction of the use case.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        values = {
            "id": ids.uuid7(),
            "caller": caller,
            "key": key,
            "fingerprint": mark,
            "until": now + LEASE,
            "now": now,
        }
        # the commit of the effect flushes the claim to the disk too, and without an effect it is nothing
        _BEGIN.execute(cursor, values, before="" if connection.in_atomic_block else UNHURRIED)
        row = cursor.fetchone()
        if row is not None:
            return UUID(str(row[0]))
        cursor.execute(
            "SELECT fingerprint, done, status, body, result FROM kernel_idempotencyrecord "
            "WHERE caller = %s AND key = %s",
            [caller, key],
        )
        found = cursor.fetchone()
    if found is None:
        raise RequestInProgress(retry_after=1)
    if bytes(found[0]) != mark:
        raise IdempotencyKeyReused
    if not found[1]:
        raise RequestInProgress(retry_after=1)
    return Replay(found[2], bytes(found[3]) if found[3] is not None else None, found[4])


def finish(record: UUID, status: int, body: bytes) -> None:
    """Store the answer; call it inside the transaction of the use case. RequestInProgress if the lease was lost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_idempotencyrecord SET done = true, status = %s, body = %s WHERE id = %s AND NOT done",
            [status, body, record],
        )
        if cursor.rowcount != 1:
            raise RequestInProgress(retry_after=1)


def finish_with(result: UUID, status: int = 201) -> None:
    """Finish the running record of this request, if there is one, with the object that a repetition is answered from.

    Call it inside the transaction of the effect. RequestInProgress if the lease was lost.
    """
    if _current.record is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_idempotencyrecord SET done = true, status = %s, result = %s WHERE id = %s AND NOT done",
            [status, result, _current.record],
        )
        if cursor.rowcount != 1:
            raise RequestInProgress(retry_after=1)


def abandon(record: UUID) -> None:
    """Nothing took effect: let the same key be tried again at once."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_idempotencyrecord WHERE id = %s AND NOT done", [record])


def purge() -> int:
    """Forget records older than KEEP; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_idempotencyrecord WHERE created_at < %s", [clock.now() - KEEP])
        return int(cursor.rowcount)


class _Current(threading.local):
    record: UUID | None = None


_current = _Current()


def current() -> UUID | None:
    """The running record of this request, for a use case that finishes it inside its own statement."""
    return _current.record


def set_current(record: UUID | None) -> None:
    """Set by the HTTP edge around the view."""
    _current.record = record
