"""本方账单: our own bill of a day as a file, for HIS and for third-party applications to compare with theirs."""

import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from apps.payments.selectors.day_bill import Movement, movements
from apps.reconciliation.errors import BILL_DAY, BillNotReady
from apps.reconciliation.services.runs import KEPT_DAYS
from kernel import clock
from kernel.errors import InvalidValue
from kernel.sheets.writing import neutral

#: When the bill of a day is made: what ends at midnight has been heard of by then.
READY = dt.time(2)
_BLOCK = 64 * 1024
_IN_MEMORY = 1_000_000


@dataclass(slots=True)
class DayBill:
    """A file of `size` bytes; `blocks` reads it once. `sha256` of all of it, in hexadecimal."""

    file: IO[bytes]
    size: int
    sha256: str

    def blocks(self) -> Iterator[bytes]:
        """The file from its beginning; closed at its end."""
        with self.file:
            self.file.seek(0)
            while block := self.file.read(_BLOCK):
                yield block


def check_day(day: dt.date) -> None:
    """InvalidValue for a day to come or long past; BillNotReady before it is made, at 02:00 on the day after."""
    if not clock.today() - dt.timedelta(days=KEPT_DAYS) <= day < clock.today():
        raise InvalidValue(field="business_date", expected=BILL_DAY)
    ready = clock.local(day + dt.timedelta(days=1), READY)
    if clock.now() < ready:
        raise BillNotReady(retry_after=int((ready - clock.now()).total_seconds()) + 1)


def day_bill(hospital_id: UUID, day: dt.date, *, application: str = "", for_people: bool = False) -> DayBill:
    """The bill of a day: titles, a line per movement, and `#total` with their number, fen paid and fen given back.

    `application` "": of all of them. `for_people`: no cell is a formula for a spreadsheet. Errors as `check_day`.
    """
    check_day(day)
    file: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it lives as long as the answer
    digest, size = hashlib.sha256(), 0
    for line in _lines(hospital_id, day, application, neutral if for_people else _as_it_is):
        digest.update(line)
        file.write(line)
        size += len(line)
    return DayBill(file, size, digest.hexdigest())


def _as_it_is(text: str) -> str:
    return text


def _lines(hospital_id: UUID, day: dt.date, application: str, shown: Callable[[str], str]) -> Iterator[bytes]:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(Movement._fields)
    count = paid = back = 0
    for row in movements(hospital_id, day, application):
        rows.writerow(shown(cell) if isinstance(cell, str) else cell for cell in row)
        count += 1
        paid += row.amount_fen * (row.kind == "payment")
        back += row.amount_fen * (row.kind == "refund")
        if text.tell() > _BLOCK:
            yield _taken(text)
    rows.writerow(("#total", count, paid, back))
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    block = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return block
