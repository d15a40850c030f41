"""The field between the axes, and how text gets onto a drawing."""

from dataclasses import dataclass
from typing import Literal

from reportlab.graphics.shapes import Drawing, Line, String
from reportlab.lib.colors import Color, HexColor, black

from kernel.charts.axes import Axis, axis_of
from kernel.charts.chart import COLOURS, Chart
from kernel.pdf.fonts import face
from kernel.pdf.wrapping import shortened, wrapped

SIZE, GREY, PALE, BELOW = 8, HexColor("#666666"), HexColor("#d9d9d9"), 3
LABEL_LINES, MIN_LABEL, MAX_LABEL = 2, 12, 90


def colour(number: int) -> Color:
    """The colour of the series or part of that number."""
    return HexColor(COLOURS[number % len(COLOURS)])


def put(
    made: Drawing,
    text: str,
    x: float,
    y: float,
    *,
    size: float = SIZE,
    align: Literal["start", "middle", "end"] = "start",
    ink: Color = black,
    bold: bool = False,
    most: float | None = None,
) -> None:
    """Text with its baseline at y; shortened where it is wider than `most` points."""
    used = face(bold)
    if most is not None:
        text = shortened(text, used, size, most)
    made.add(String(x, y, text, fontName=used.name, fontSize=size, fillColor=ink, textAnchor=align))


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the values of a chart are on its drawing, in points."""

    chart: Chart
    made: Drawing
    axis: Axis
    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def of(cls, chart: Chart, made: Drawing, width: float, bottom: float, top: float) -> "Plot":
        """The field that titles, legend and labels leave."""
        axis = axis_of(_extent(chart), from_zero=chart.kind != "line")
        figures = max(face().width(axis.written(tick), SIZE) for tick in axis.ticks)
        caption = SIZE + 6 if axis.large or chart.unit else 4
        left, right = figures + 8, width - 8
        lines = _label_lines(chart, (right - left) / len(chart.labels))
        return cls(chart, made, axis, left, right, bottom + lines * (SIZE + 2) + BELOW + 3, top - caption)

    @property
    def step(self) -> float:
        """Width that belongs to one label."""
        return (self.right - self.left) / len(self.chart.labels)

    def x(self, number: int) -> float:
        """Middle of a label."""
        return self.left + (number + 0.5) * self.step

    def y(self, value: float) -> float:
        """Height of a value."""
        return self.bottom + self.axis.share(value) * (self.top - self.bottom)

    def draw_axes(self) -> None:
        """Lines of the ticks with their figures, the unit, and as many labels as there is room for."""
        for tick in self.axis.ticks:
            y = self.y(tick)
            stroke = GREY if tick in (0, self.axis.low) else PALE
            self.made.add(Line(self.left, y, self.right, y, strokeColor=stroke, strokeWidth=0.5))
            put(self.made, self.axis.written(tick), self.left - 4, y - 3, align="end", ink=GREY)
        if unit := self.axis.large + self.chart.unit:
            put(self.made, f"({unit})", 0, self.top + 6, ink=GREY, most=self.right)
        every = self.labels_apart()
        wide = min(self.step * every - 4, MAX_LABEL)
        for number in range(0, len(self.chart.labels), every):
            for line, text in enumerate(_label(self.chart.labels[number], wide)):
                y = self.bottom - BELOW - (line + 1) * (SIZE + 2) + 2
                half = face().width(text, SIZE) / 2
                x = min(max(self.x(number), half), self.right + 8 - half)
                put(self.made, text, x, y, align="middle", ink=GREY)

    def labels_apart(self) -> int:
        """Every how many labels one is written, so that none stands on another."""
        return _apart(self.chart, self.step)


def _apart(chart: Chart, step: float) -> int:
    """Whole labels if every one fits on its lines; else as many as fit with a readable beginning."""
    longest = max(face().width(label, SIZE) for label in chart.labels)
    wanted = min(longest, MAX_LABEL, max(longest / LABEL_LINES, MIN_LABEL) + SIZE) + 8
    return max(1, -(-wanted // step).__trunc__())


def _label(text: str, wide: float) -> list[str]:
    lines = wrapped(text, face(), SIZE, wide)
    if len(lines) > LABEL_LINES:
        rest = "".join(lines[LABEL_LINES - 1 :])
        lines[LABEL_LINES - 1 :] = [shortened(rest + "…", face(), SIZE, wide)]
    return lines


def _label_lines(chart: Chart, step: float) -> int:
    every = _apart(chart, step)
    wide = min(step * every - 4, MAX_LABEL)
    return max(len(_label(label, wide)) for label in chart.labels[::every])


def _extent(chart: Chart) -> list[float]:
    """The values that the axis must reach; those of a stack are the sums above and below zero."""
    if chart.kind != "stacked_bar":
        return chart.values
    columns = [
        [value or 0 for value in column] for column in zip(*(s.values for s in chart.series), strict=True)
    ]
    above = [sum(value for value in column if value > 0) for column in columns]
    return above + [sum(value for value in column if value < 0) for column in columns]
