"""A report as its owner declares it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from kernel.errors import UNKNOWN_FIELD, InvalidValue, in_english
from kernel.reports.columns import Column, Values
from kernel.reports.parameters import Choice, DayRange, Given, Parameter, field
from kernel.reports.reach import Reach
from kernel.words import ValueWords

_CODE = re.compile(r"[a-z_]+\.[a-z_]+")
REPORTS: dict[str, "Report"] = {}


class ReportChartKind(StrEnum):
    """What is drawn."""

    LINE = "line"
    BAR = "bar"
    PIE = "pie"


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """`category`: the column whose values stand at the axis, `series`: columns of figures; a pie has one."""

    kind: Literal["line", "bar", "pie"]
    category: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`code` is `<app>.<what>` and is stored. `permission`: the code that lets somebody ask.

    `statement(values)`: the text of one SELECT of the `columns`, in their order; it takes what the parameters bind,
    `hospital_id`, `department_ids` (null: all) and `own_staff_id`. `reach(actor, hospital_id)`: None for who may not.
    `detail`: code of the report that lists the rows behind each figure: asked with the same parameters and the `key`.
    """

    code: str
    zh: str
    en: str
    permission: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    statement: Callable[[Values], str]
    reach: Callable[[Any, UUID], Reach | None]
    chart: ChartSpec | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or not self.zh or not self.en or self.permission.count(".") != 2:
            raise TypeError(f"report {self.code!r}: a code, words in both languages and a permission code")
        names = [column.name for column in self.columns]
        drawn = (self.chart.category, *self.chart.series) if self.chart else ()
        if len(set(names)) != len(names) or set(drawn) - set(names):
            raise TypeError(f"report {self.code!r}: columns that are there twice, or drawn and not there")

    @property
    def name(self) -> str:
        """In the language of the request."""
        return self.en if in_english() else self.zh

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that people see."""
        return tuple(column for column in self.columns if column.is_shown)

    @property
    def days(self) -> DayRange | None:
        """Its range of days, if it has one."""
        return next((each for each in self.parameters if isinstance(each, DayRange)), None)

    def bind(self, given: Given, hospital_id: UUID) -> dict[str, Any]:
        """What the statement gets of the texts; InvalidValue names the parameter."""
        known = {name for parameter in self.parameters for name in parameter.names}
        for name in given:
            if name not in known:
                raise InvalidValue(field=field(name), expected=UNKNOWN_FIELD)
        bound: dict[str, Any] = {"hospital_id": hospital_id}
        for parameter in self.parameters:
            bound |= parameter.bind(given, hospital_id)
        return bound

    def spoken(self, given: Given, hospital_id: UUID) -> list[tuple[str, str]]:
        """The parameters that were given, in words."""
        said = ((each.words.text, each.spoken(given, hospital_id)) for each in self.parameters)
        return [(name, text) for name, text in said if text]

    def title(self, column: Column, given: Given) -> str:
        """What a column is called when the report is asked with these parameters."""
        for parameter in self.parameters:
            if parameter.name == column.titled_by and isinstance(parameter, Choice):
                return parameter.spoken(given, UUID(int=0))
        return column.title

    def words(self, given: Given) -> list[Mapping[str, ValueWords]]:
        """Of the values of each column."""
        return [column.words(given) if column.words else {} for column in self.columns]


def define_report(report: Report) -> Report:
    """Register a report; TypeError for a code that is taken."""
    if REPORTS.setdefault(report.code, report) is not report:
        raise TypeError(f"two reports are named {report.code!r}")
    return report
