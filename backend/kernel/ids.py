"""Identifiers: UUIDv7 keys for rows, short dated numbers for people."""

import datetime as dt
import threading
from collections.abc import Iterable
from uuid import UUID

import uuid_utils.compat as uuid_compat
from django.db import connection, transaction

NUMBER_BLOCK = 20
#: Digits of a serial that is believed to be one.
MAX_SERIAL = 10


def uuid7() -> UUID:
    """A new time-ordered UUID (RFC 9562 version 7); ordering by it is ordering by creation."""
    return uuid_compat.uuid7()


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is; None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None


def uuid7_floor(moment: dt.datetime) -> UUID:
    """The smallest UUIDv7 of that millisecond: a bound for ranges and partitions. Moments before 1970 are 1970."""
    millis = max(int(moment.timestamp() * 1000), 0)
    return UUID(int=(millis << 80) | (7 << 76) | (2 << 62))


class NumberSeries:
    """Human numbers `<prefix><yymmdd><serial>` per hospital and day, e.g. `GH261122000042`.

    Serials are taken from the database in blocks of NUMBER_BLOCK per process, so that the row of the day is no
    bottleneck: numbers are unique, rising in a thread, gaps are normal. Call `next` before opening the transaction.
    Inside one a new block holds the row of the day, and its rest is kept only if the transaction commits: one that is
    rolled back is handed out again.
    """

    def __init__(self, kind: str, prefix: str, digits: int = 6) -> None:
        self.kind, self.prefix, self.digits = kind, prefix, digits
        self._lock = threading.Lock()
        self._blocks: dict[tuple[UUID, dt.date], tuple[int, int]] = {}
        SERIES.append(self)

    def next(self, hospital_id: UUID, day: dt.date) -> str:
        """The next number of that hospital and day."""
        with self._lock:
            value, last = self._blocks.get((hospital_id, day), (1, 0))
            if value <= last:
                self._blocks[hospital_id, day] = (value + 1, last)
                return self._text(day, value)
        last = self._advance(
            hospital_id, day, NUMBER_BLOCK
        )  # not under the lock: another thread may hold the row
        value = last - NUMBER_BLOCK + 1
        transaction.on_commit(lambda: self._keep(hospital_id, day, value + 1, last))
        return self._text(day, value)

    def _keep(self, hospital_id: UUID, day: dt.date, value: int, last: int) -> None:
        with self._lock:
            known, end = self._blocks.get((hospital_id, day), (1, 0))
            if known > end:
                self._blocks = {key: block for key, block in self._blocks.items() if key[1] >= day}
                self._blocks[hospital_id, day] = (value, last)

    def _text(self, day: dt.date, value: int) -> str:
        return f"{self.prefix}{day:%y%m%d}{value:0{self.digits}d}"

    def rise_above(self, hospital_id: UUID, day: dt.date, taken: Iterable[str]) -> None:
        """Numbers of that day that others gave by hand are never handed out: go on behind the highest of them."""
        front = len(f"{self.prefix}{day:%y%m%d}")
        serials = [
            int(text[front:]) for text in taken if text[front:].isdigit() and len(text) < front + MAX_SERIAL
        ]
        with self._lock:
            self._blocks.pop((hospital_id, day), None)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_dailysequence SET value = greatest(value, %s) "
                "WHERE kind = %s AND hospital_id = %s AND day = %s",
                [max(serials, default=0), self.kind, hospital_id, day],
            )

    def day_of(self, day: dt.date) -> str:
        """What all numbers of that day begin with."""
        return f"{self.prefix}{day:%y%m%d}"

    def reserve(self, hospital_id: UUID, day: dt.date, count: int) -> int:
        """Set `count` numbers in a row aside; the first serial. Like `next`, before the transaction that uses them."""
        return self._advance(hospital_id, day, count) - count + 1

    def forget(self) -> None:
        """Drop the blocks of this process (tests roll the database back)."""
        self._blocks.clear()

    def _advance(self, hospital_id: UUID, day: dt.date, count: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_dailysequence (kind, hospital_id, day, value) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (kind, hospital_id, day) DO UPDATE SET value = kernel_dailysequence.value + %s "
                "RETURNING value",
                [self.kind, hospital_id, day, count, count],
            )
            return int(cursor.fetchone()[0])


SERIES: list[NumberSeries] = []
