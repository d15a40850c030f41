"""Charts: one shape of data, drawn in prints and handed to the front end as a series of the same figures."""

from kernel.charts.chart import EMPTY, Chart, Series, to_svg

__all__ = ["EMPTY", "Chart", "Series", "to_svg"]
