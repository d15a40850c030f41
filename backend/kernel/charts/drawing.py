"""Draws a chart with reportlab's shapes, so that the same drawing goes into a PDF and becomes an SVG."""

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import white
from reportlab.lib.units import mm

from kernel.charts.chart import EMPTY, Chart
from kernel.charts.columns import draw_columns
from kernel.charts.lines import draw_lines
from kernel.charts.pies import draw_pie
from kernel.charts.plot import GREY, SIZE, Plot, colour, put
from kernel.pdf.fonts import BOLD, REGULAR, face
from kernel.pdf.wrapping import shortened

TITLE_SIZE, LINE, KEY = 10, 12, 11
#: What reportlab writes for a drawing without a name, and browsers would show over it.
NAMELESS = ("title", "desc")
STYLES = {
    f"font-family: {BOLD};": "font-family: 'Noto Sans SC',sans-serif; font-weight: bold;",
    f"font-family: {REGULAR};": "font-family: 'Noto Sans SC',sans-serif;",
    "fill: None;": "fill: none;",
}


def drawing(chart: Chart, width: float, height: float) -> Drawing:
    """The chart on a drawing of so many points."""
    made = Drawing(width, height)
    made.add(Rect(0, 0, width, height, fillColor=white, strokeColor=None))
    top = height
    if chart.title:
        top -= TITLE_SIZE + 6
        put(made, chart.title, width / 2, top + 4, size=TITLE_SIZE, align="middle", bold=True, most=width)
    if chart.is_empty:
        put(made, EMPTY, width / 2, top / 2, align="middle", ink=GREY)
        return made
    if chart.is_round:
        draw_pie(made, chart, width, top)
        return made
    plot = Plot.of(chart, made, width, _legend(made, chart, width), top)
    plot.draw_axes()
    (draw_lines if chart.kind == "line" else draw_columns)(plot)
    return made


def svg(chart: Chart, width: float, height: float) -> str:
    """The drawing as SVG of so many mm; its font is the browser's, by name."""
    made = drawing(chart, round(width * mm), round(height * mm))
    size = {"width": f"{width:g}mm", "height": f"{height:g}mm"}
    canvas = renderSVG.SVGCanvas((made.width, made.height), svgAttrs=size, useClip=True)
    renderSVG.draw(made, canvas)
    for name in NAMELESS:
        canvas.svg.removeChild(canvas.svg.getElementsByTagName(name)[0])
    for element in canvas.svg.getElementsByTagName("*"):
        style = element.getAttribute("style")
        for written, meant in STYLES.items():
            style = style.replace(written, meant)
        element.setAttribute("style", style)
    text: str = canvas.svg.toxml()
    return text


def _legend(made: Drawing, chart: Chart, width: float) -> float:
    """Names of several series in rows at the bottom; the height they take."""
    if len(chart.series) < 2:
        return 0
    rows: list[list[tuple[float, int, str]]] = [[]]
    left = 0.0
    for number, series in enumerate(chart.series):
        name = shortened(series.name, face(), SIZE, width / 3)
        wide = face().width(name, SIZE) + KEY + 12
        if rows[-1] and left + wide > width:
            rows.append([])
            left = 0.0
        rows[-1].append((left, number, name))
        left += wide
    for place, row in enumerate(reversed(rows)):
        last_left, _, last_name = row[-1]
        start = (width - last_left - KEY - face().width(last_name, SIZE)) / 2
        for left, number, name in row:
            made.add(Rect(start + left, place * LINE + 2, 7, 7, fillColor=colour(number), strokeColor=None))
            put(made, name, start + left + KEY, place * LINE + 3)
    return len(rows) * LINE + 2
