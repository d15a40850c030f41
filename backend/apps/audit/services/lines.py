"""The canonical form of log lines: what is hashed."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

#: First bytes of a line's digest that a seal keeps beside its id.
SHORT = 8
LEAF = 16 + SHORT
#: Beyond so many lines a seal keeps no leaves: a change is then reported for the range, not for the line.
MAX_LEAVES = 100_000

_LINES = """
SELECT id, at, sha256(convert_to(jsonb_build_array(
  id, txid, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), hospital_id, user_id, actor, host(ip),
  request_id, method, path, action, object_type, object_id, before, after)::text, 'UTF8'))
FROM audit_auditevent WHERE txid >= %s AND txid < %s ORDER BY id
"""


@dataclass(slots=True)
class Digest:
    """Running digest of a range of lines."""

    rows: int = 0
    leaves: bytearray = field(default_factory=bytearray)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, key: UUID, line: bytes) -> None:
        """Take in the next line, in id order."""
        self.rows += 1
        self._hash.update(key.bytes + line)
        if self.rows <= MAX_LEAVES:
            self.leaves += key.bytes + line[:SHORT]

    def value(self) -> bytes:
        """The digest of all lines so far."""
        return self._hash.digest()

    def kept_leaves(self) -> bytes:
        """The leaves, or nothing if there were too many lines."""
        return bytes(self.leaves) if self.rows <= MAX_LEAVES else b""


def lines(from_txid: int, to_txid: int) -> Iterator[tuple[UUID, dt.datetime, bytes]]:
    """(id, moment, SHA-256) of the lines of those transactions in id order. Inside a transaction; memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES, [from_txid, to_txid])
        while batch := cursor.fetchmany(5000):
            for key, at, line in batch:
                yield key, at, bytes(line)
