"""A chart says the same in a print, as SVG and as the front end's series."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from kernel.charts import EMPTY, Chart, Series, to_svg
from kernel.charts.axes import axis_of
from kernel.charts.chart import MAX_SLICES, REST, Kind
from tests.support.effort import examples

KINDS: tuple[Kind, ...] = ("line", "bar", "stacked_bar", "pie", "doughnut")
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def shapes(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))


def chart(kind: Kind, *values: float | None, name: str = "人次", unit: str = "人") -> Chart:
    return Chart(
        kind, "门诊量", [f"{number}月" for number in range(1, len(values) + 1)], [Series(name, values)], unit
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_series_for_the_front_end_are_the_figures_of_the_drawing(kind: Kind) -> None:
    shown = chart(kind, 30, 20, 10)
    series = shown.as_series()
    assert series["series"] == [{"name": "人次", "values": [30, 20, 10]}]
    assert (series["labels"], series["unit"], series["empty"]) == (["1月", "2月", "3月"], "人", "")
    drawn = texts(to_svg(shown))
    assert {"门诊量", "(人)", *series["labels"]} <= set(drawn)
    assert ET.fromstring(to_svg(shown)).get("width") == "160mm"
    if kind not in ("line", "stacked_bar"):
        assert {"30", "20", "10"} <= set(drawn)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("values", [(), (None, None)])
def test_a_chart_without_values_says_so(kind: Kind, values: tuple[None, ...]) -> None:
    empty = chart(kind, *values)
    assert EMPTY in texts(to_svg(empty))
    assert empty.as_series()["empty"] == EMPTY
    assert EMPTY in texts(to_svg(Chart(kind, "", [], [])))


def test_a_pie_of_zeros_is_empty_and_a_row_of_zeros_is_not() -> None:
    assert chart("pie", 0, 0).is_empty
    assert not chart("bar", 0, 0).is_empty
    assert EMPTY not in texts(to_svg(chart("bar", 0, 0)))


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    drawn = to_svg(chart("line", 1, 2, None, 3, 4, None, 5))
    assert ["fill: none" in line.get("style", "") for line in shapes(drawn, "polyline")] == [True, True]
    assert len(shapes(drawn, "circle")) == 5


def test_a_single_point_is_seen() -> None:
    assert len(shapes(to_svg(chart("line", 36.5)), "circle")) == 1
    assert len(shapes(to_svg(chart("line", *[None] * 500, 36.5, *[None] * 500)), "circle")) == 1


def test_a_thousand_points_are_one_line_and_labels_do_not_overlap() -> None:
    drawn = to_svg(chart("line", *range(1000)))
    assert len(shapes(drawn, "polyline")) == 1
    assert not shapes(drawn, "circle")
    assert len([text for text in texts(drawn) if text.endswith("月")]) < 40


def test_negative_values_hang_below_zero() -> None:
    axis = axis_of([-120, 80], from_zero=True)
    assert axis.low <= -120 and axis.high >= 80 and 0 in axis.ticks
    assert "-120" in texts(to_svg(chart("bar", 80, -120)))


def test_the_parts_of_a_stack_stay_within_the_axis() -> None:
    stacked = Chart("stacked_bar", "", ["1"], [Series("a", [70]), Series("b", [80]), Series("c", [-30])])
    figures = [float(text) for text in texts(to_svg(stacked)) if re.fullmatch(r"-?\d+", text)]
    assert min(figures) <= -30 and max(figures) >= 150


def test_huge_values_are_written_in_wan() -> None:
    drawn = texts(to_svg(chart("bar", 12_340_000, 5_000_000, unit="元")))
    assert "(万元)" in drawn
    assert {"1,234", "500"} <= set(drawn)
    assert "(亿元)" in texts(to_svg(chart("bar", 2_500_000_000, unit="元")))


def test_a_pie_of_many_parts_puts_the_small_ones_together_everywhere() -> None:
    many = chart("pie", *range(1, 31))
    series = many.as_series()
    assert len(series["labels"]) == MAX_SLICES and series["labels"][-1] == REST
    assert sum(series["series"][0]["values"]) == sum(range(1, 31))
    assert REST in texts(to_svg(many))


def test_a_long_label_is_shortened_in_the_drawing_and_whole_in_the_series() -> None:
    long = "心血管内科与呼吸与危重症医学科及全科医学联合门诊（东院区三号楼二层）"
    shown = Chart("bar", "", [long] * 8, [Series("人次", [1] * 8)])
    assert any(text.endswith("…") for text in texts(to_svg(shown)))
    assert shown.as_series()["labels"] == [long] * 8


def test_markup_in_a_name_is_text() -> None:
    shown = Chart("bar", '<b>&"</b>', ["fill: None;"], [Series("a<b", [1]), Series("&amp;", [2])])
    assert {'<b>&"</b>', "fill: None;", "a<b", "&amp;"} <= set(texts(to_svg(shown)))


@pytest.mark.parametrize(
    ("kind", "series"),
    [
        ("line", [Series("a", [1])]),
        ("line", [Series("a", [1, float("nan")])]),
        ("bar", [Series("a", [1, float("inf")])]),
        ("pie", [Series("a", [1, -1])]),
        ("pie", [Series("a", [1, 1]), Series("b", [1, 1])]),
        ("radar", [Series("a", [1, 1])]),
    ],
)
def test_what_cannot_be_drawn_is_refused(kind: Kind, series: list[Series]) -> None:
    with pytest.raises(ValueError):
        Chart(kind, "", ["1", "2"], series)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=20),
    st.booleans(),
)
def test_an_axis_reaches_over_all_values_in_a_few_steps(values: list[float], from_zero: bool) -> None:
    axis = axis_of(values, from_zero=from_zero)
    slack = (axis.high - axis.low) * 1e-6
    assert axis.low - slack <= min(values) and max(values) <= axis.high + slack
    assert 2 <= len(axis.ticks) <= 12
    assert all(-0.001 <= axis.share(value) <= 1.001 for value in values)
