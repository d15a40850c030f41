"""报表: what can be asked of the data, declared by the app whose tables it reads, run and delivered by `reports`.

An app declares its reports in its `reports.py`; every file and every answer of one comes from its one statement.
"""

from kernel.reports.columns import NONE, Column, ColumnKind, Kind
from kernel.reports.definition import REPORTS, ChartSpec, Report, ReportChartKind, define_report
from kernel.reports.parameters import Choice, Code, DayRange, Parameter, ParameterKind, Reference, Text
from kernel.reports.reach import Reach
from kernel.reports.reading import Snapshot, snapshot

__all__ = [
    "NONE", "REPORTS", "ChartSpec", "Choice", "Code", "Column", "ColumnKind", "DayRange", "Kind", "Parameter",
    "ParameterKind", "Reach", "Reference", "Report", "ReportChartKind", "Snapshot", "Text", "define_report", "snapshot",
]  # fmt: skip
