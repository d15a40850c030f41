"""Lines through the values of each series, with gaps where nothing is known."""

from itertools import groupby

from reportlab.graphics.shapes import Circle, PolyLine

from kernel.charts.plot import Plot, colour

MAX_MARKED = 40
#: Beyond the colours a print in black and white has dashes.
DASHES: tuple[list[float] | None, ...] = (None, [5, 2], [2, 2], [7, 2, 2, 2])


def draw_lines(plot: Plot) -> None:
    """Every series; points are marked where they are few, or alone between gaps."""
    marked = len(plot.chart.labels) <= MAX_MARKED
    for number, series in enumerate(plot.chart.series):
        places = list(enumerate(series.values))
        for known, run in groupby(places, key=lambda place: place[1] is not None):
            if known:
                points = [(plot.x(at), plot.y(value)) for at, value in run if value is not None]
                _draw_run(plot, points, number, marked)


def _draw_run(plot: Plot, points: list[tuple[float, float]], number: int, marked: bool) -> None:
    if len(points) > 1:
        flat = [coordinate for point in points for coordinate in point]
        plot.made.add(
            PolyLine(
                flat,
                strokeColor=colour(number),
                strokeWidth=1.2,
                strokeDashArray=DASHES[number % len(DASHES)],
                strokeLineJoin=1,
            )
        )
    if marked or len(points) == 1:
        for x, y in points:
            plot.made.add(Circle(x, y, 2, fillColor=colour(number), strokeColor=None))
