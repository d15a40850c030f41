"""Bars beside each other, or on top of each other."""

from reportlab.graphics.shapes import Rect

from kernel.charts.plot import SIZE, Plot, colour, put
from kernel.pdf.fonts import face


def draw_columns(plot: Plot) -> None:
    """Every value from the line of zero; stacks grow upwards and, of negative values, downwards."""
    stacked = plot.chart.kind == "stacked_bar"
    count = 1 if stacked else len(plot.chart.series)
    wide = min(plot.step * 0.8 / count, 40)
    for at in range(len(plot.chart.labels)):
        left = plot.x(at) - wide * count / 2
        above = below = 0.0
        for number, series in enumerate(plot.chart.series):
            value = series.values[at]
            if value is None:
                continue
            start = (above if value >= 0 else below) if stacked else 0.0
            _bar(plot, left if stacked else left + number * wide, wide, start, value, number)
            above, below = above + max(value, 0), below + min(value, 0)


def _bar(plot: Plot, left: float, wide: float, start: float, value: float, number: int) -> None:
    low, high = sorted((plot.y(start), plot.y(start + value)))
    plot.made.add(
        Rect(left + wide * 0.05, low, wide * 0.9, high - low, fillColor=colour(number), strokeColor=None)
    )
    text = plot.axis.written(value)
    if plot.chart.kind == "bar" and face().width(text, SIZE - 1) <= wide + 2:
        y = high + 2 if value >= 0 else low - SIZE
        put(plot.made, text, left + wide / 2, y, size=SIZE - 1, align="middle")
