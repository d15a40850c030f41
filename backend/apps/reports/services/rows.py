"""What a report's statement answered: kept on disk, counted, added up, and drawn from, in one pass."""

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from kernel.charts import Chart, Series
from kernel.reports import NONE, Kind, Report
from kernel.reports.columns import text_of
from kernel.reports.parameters import Given
from kernel.words import ValueWords, Words

BATCH = 1_000
#: So many rows of it are looked at before the clock is.
LOOK = 100
MAX_POINTS = 400
REST, TOTAL = Words("其他", "Others"), Words("合计", "Total")
Row = tuple[Any, ...]
Beat = Callable[[int], None]


@dataclass
class Rows:
    """`totals`: by column, None where nothing is added up. `points`: of the chart, by category. `strange`: characters
    of the texts that `known` has not."""

    report: Report
    given: Given
    count: int = 0
    totals: list[int | None] = field(default_factory=list)
    points: dict[str, list[int]] = field(default_factory=dict)
    words: list[Mapping[str, ValueWords]] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)
    first: list[Row] = field(default_factory=list)
    _file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _drawn: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = self.report.words(self.given)
        self.totals = [0 if column.total else None for column in self.report.columns]
        if chart := self.report.chart:
            names = [column.name for column in self.report.columns]
            self._drawn = [names.index(name) for name in (chart.category, *chart.series)]

    def take(
        self, source: Iterable[Row], *, beat: Beat = lambda count: None, known: Iterable[str] = ()
    ) -> None:
        """All rows, to the disk; `beat` is called with their number so far, at least every BATCH of them."""
        batch: list[Row] = []
        letters = set(known)
        for row in source:
            batch.append(row)
            if len(batch) == BATCH:
                self._keep(batch, letters)
                beat(self.count)
                batch = []
            elif len(batch) % LOOK == 0:
                beat(self.count + len(batch))
        if batch:
            self._keep(batch, letters)
        beat(self.count)

    def show(self, source: Iterable[Row], *, most: int, at_most: int) -> bool:
        """The first `most` rows, and the sums of all; False where there are more than `at_most`."""
        for row in source:
            if self.count >= at_most:
                return False
            if self.count < most:
                self.first.append(row)
            self._add([row])
        return True

    def _keep(self, batch: list[Row], known: set[str]) -> None:
        pickle.dump(batch, self._file, protocol=5)
        self._add(batch)
        if known:
            for row in batch:
                for value in row:
                    if isinstance(value, str):
                        self.strange.update(set(value) - known)

    def _add(self, batch: list[Row]) -> None:
        self.count += len(batch)
        for place, total in enumerate(self.totals):
            if total is not None:
                self.totals[place] = total + sum(int(row[place]) for row in batch if row[place] is not None)
        if self._drawn:
            for row in batch:
                self._point(row)

    def _point(self, row: Row) -> None:
        place, *series = self._drawn
        label = text_of(self.report.columns[place], row[place], self.words[place]) or NONE.text
        if label not in self.points and len(self.points) >= MAX_POINTS:
            label = REST.text
        point = self.points.setdefault(label, [0] * len(series))
        for number, each in enumerate(series):
            point[number] += int(row[each] or 0)

    def __iter__(self) -> Iterator[Row]:
        """From the disk, as often as wanted."""
        self._file.seek(0)
        for _ in range(-(-self.count // BATCH)):
            yield from pickle.load(self._file)  # noqa: S301 - what this process wrote into a file without a name

    def texts(self, row: Row) -> list[str]:
        """A row as people read it, without keys."""
        pairs = zip(self.report.columns, row, self.words, strict=True)
        return [text_of(column, value, words) for column, value, words in pairs if column.is_shown]

    def total_texts(self, title: str) -> list[str] | None:
        """The row of totals; None where nothing is added up."""
        if all(total is None for total in self.totals):
            return None
        pairs = zip(self.report.columns, self.totals, strict=True)
        shown = [
            "" if total is None else text_of(column, total, {}) for column, total in pairs if column.is_shown
        ]
        if not shown[0]:
            shown[0] = title
        return shown

    def chart(self) -> Chart | None:
        """What is drawn of the rows, money in yuan; a pie that has something negative is drawn as bars."""
        spec = self.report.chart
        if spec is None:
            return None
        columns = {column.name: column for column in self.report.columns}
        is_money = columns[spec.series[0]].kind == Kind.MONEY
        divisor = 100 if is_money else 1
        series = [
            Series(columns[name].label, [point[place] / divisor for point in self.points.values()])
            for place, name in enumerate(spec.series)
        ]
        kind = spec.kind
        if kind == "pie" and any(value is not None and value < 0 for value in series[0].values):
            kind = "bar"
        unit = Words("元", "yuan").text if is_money else ""
        return Chart(kind, self.report.name, list(self.points), series, unit)

    def close(self) -> None:
        """The file goes."""
        self._file.close()
