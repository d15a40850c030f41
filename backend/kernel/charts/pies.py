"""Pies and doughnuts, with a legend that has every value and its share."""

from reportlab.graphics.shapes import Circle, Drawing, Rect, Wedge
from reportlab.lib.colors import white

from kernel.charts.axes import axis_of
from kernel.charts.chart import Chart
from kernel.charts.plot import SIZE, colour, put
from kernel.pdf.fonts import face

ROW, KEY, GAP, HOLE, WIDEST = 13, 11, 10, 0.55, 0.38


def draw_pie(made: Drawing, chart: Chart, width: float, top: float) -> None:
    """The parts clockwise from the top, largest first; their legend at the right."""
    parts = chart.slices()
    whole = sum(value for _, value in parts)
    radius = min(width * WIDEST, top - 8) / 2
    x, y = width * 0.02 + radius, top / 2
    start = 90.0
    for number, (_, value) in enumerate(parts):
        sweep = value / whole * 360
        shape = Circle(x, y, radius) if len(parts) == 1 else Wedge(x, y, radius, start - sweep, start)
        shape.fillColor, shape.strokeColor, shape.strokeWidth = colour(number), white, 0.8
        made.add(shape)
        start -= sweep
    if chart.kind == "doughnut":
        made.add(Circle(x, y, radius * HOLE, fillColor=white, strokeColor=None))
    _legend(made, chart, x + radius + GAP, width - 4, y)


def _legend(made: Drawing, chart: Chart, left: float, right: float, middle: float) -> None:
    parts, width = chart.slices(), face().width
    whole = sum(value for _, value in parts)
    axis = axis_of([value for _, value in parts], from_zero=True)
    unit = axis.large + chart.unit
    rows = [(label, axis.written(value), f"{value / whole:.1%}") for label, value in parts]
    values = max(width(text, SIZE) for text in (*(row[1] for row in rows), f"({unit})" if unit else ""))
    shares = max(width(row[2], SIZE) for row in rows)
    names = min(max(width(row[0], SIZE) for row in rows), right - left - KEY - 2 * GAP - values - shares)
    at_values = left + KEY + names + GAP + values
    step = min(ROW, (middle * 2 - 4) / (len(rows) + 1))
    y = middle + step * (len(rows) + 1) / 2 - step
    if unit:
        put(made, f"({unit})", at_values, y, align="end")
    for number, (label, value, share) in enumerate(rows):
        y -= step
        made.add(Rect(left, y - 1, 7, 7, fillColor=colour(number), strokeColor=None))
        put(made, label, left + KEY, y, most=max(names, SIZE * 2))
        put(made, value, at_values, y, align="end")
        put(made, share, at_values + GAP + shares, y, align="end")
