"""What a chart shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["line", "bar", "stacked_bar", "pie", "doughnut"]
EMPTY = "暂无数据"
REST = "其他"
MAX_SLICES = 12
COLOURS = (
    "#2f6fb5", "#e07b39", "#3c9a5f", "#b84a62", "#7a5fa8", "#a88b1f", "#3aa0a8", "#8c5a3c", "#9bbb4f", "#d98bb0",
    "#4f5f8f", "#a0a7b0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """A name and a value for each label of the chart; None where nothing is known (a line has a gap there)."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one kind. `unit` is written at its axis. Pies show one series without negative values.

    ValueError: a series with more or fewer values than labels, a value that is no finite number, a pie of several
    series or of negative values.
    """

    kind: Kind
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no kind of chart: {self.kind!r}")
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(
                    f"{series.name!r} has {len(series.values)} values for {len(self.labels)} labels"
                )
        if not all(map(math.isfinite, self.values)):
            raise ValueError("a value that is no finite number")
        if self.is_round and (len(self.series) > 1 or any(value < 0 for value in self.values)):
            raise ValueError("a pie shows one series without negative values")

    @property
    def is_round(self) -> bool:
        """A pie or a doughnut."""
        return self.kind in ("pie", "doughnut")

    @property
    def values(self) -> list[float]:
        """Everything that is known."""
        return [value for series in self.series for value in series.values if value is not None]

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: no values, or a pie of zeros."""
        return not any(self.values) if self.is_round else not self.values

    def slices(self) -> list[tuple[str, float]]:
        """The parts of a pie, largest first; what is beyond the twelfth is one part, 其他."""
        values = self.series[0].values if self.series else ()
        known = [(label, value) for label, value in zip(self.labels, values, strict=True) if value]
        known.sort(key=lambda part: -part[1])
        if len(known) <= MAX_SLICES:
            return known
        return [*known[: MAX_SLICES - 1], (REST, sum(value for _, value in known[MAX_SLICES - 1 :]))]

    def as_series(self) -> dict[str, Any]:
        """The figures of the drawing as JSON for the front end: kind, title, unit, labels, colours, series, empty."""
        labels, series = list(self.labels), [(each.name, list(each.values)) for each in self.series]
        if self.is_round:
            parts = self.slices()
            labels, series = (
                [label for label, _ in parts],
                [(name, [v for _, v in parts]) for name, _ in series],
            )
        return {
            "kind": self.kind,
            "title": self.title,
            "unit": self.unit,
            "labels": labels,
            "series": [{"name": name, "values": values} for name, values in series],
            "colours": list(COLOURS),
            "empty": EMPTY if self.is_empty else "",
        }

    def texts(self) -> list[str]:
        """Every text that is drawn, beside figures."""
        return [self.title, self.unit, *self.labels, *(each.name for each in self.series), EMPTY, REST]


def to_svg(chart: Chart, *, width: float = 160, height: float = 80) -> str:
    """The chart as a picture of so many mm, as it is in a print."""
    from kernel.charts.drawing import svg

    return svg(chart, width, height)
