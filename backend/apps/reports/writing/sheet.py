"""What every file of a report says beside its rows."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from apps.reports.services.rows import BATCH, Row, Rows
from kernel import clock
from kernel.words import Words

EMPTY = Words("没有符合条件的数据", "There is nothing for these parameters.")
_HOSPITAL, _DATA, _BY, _COUNT = (
    Words("医院", "Hospital"), Words("数据时间", "Data as of"), Words("生成人", "Made by"), Words("行数", "Rows"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """`at`: the moment that the rows are of."""

    rows: Rows
    hospital: str
    by: str
    hospital_id: UUID
    at: dt.datetime

    @property
    def title(self) -> str:
        """In the language of the job."""
        return self.rows.report.name

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        return f"{self.title}-{self.at.astimezone(clock.LOCAL):%Y%m%d-%H%M}"

    @property
    def moment(self) -> str:
        """When it was so."""
        return f"{self.at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Hospital, parameters, moment, who, how many."""
        return [
            (_HOSPITAL.text, self.hospital), *self.rows.report.spoken(self.rows.given, self.hospital_id),
            (_DATA.text, self.moment), (_BY.text, self.by), (_COUNT.text, str(self.rows.count)),
        ]  # fmt: skip

    @property
    def titles(self) -> list[str]:
        """Of the columns that people see."""
        return [self.rows.report.title(column, self.rows.given) for column in self.rows.report.shown]

    def ticking(self, beat: Callable[[int], Any]) -> Iterator[Row]:
        """The rows, telling how many were written."""
        for number, row in enumerate(self.rows, start=1):
            if number % (BATCH // 10) == 0:
                beat(number)
            yield row


class Writer(Protocol):
    """A kind of file."""

    def write(self, sheet: Sheet, target: BinaryIO, beat: Callable[[int], Any]) -> None:
        """All of it, from where the target stands."""
        ...

    def letters(self) -> Iterable[str]:
        """The characters that it has, where there are some that it has not; else none."""
        return ()
