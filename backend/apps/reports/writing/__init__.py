"""What a report becomes: Excel, CSV or PDF, each row by row."""

from collections.abc import Mapping

from apps.reports.models import ReportFormat
from apps.reports.writing import excel, printed, separated
from apps.reports.writing.sheet import Sheet, Writer

WRITERS: Mapping[ReportFormat, Writer] = {
    ReportFormat.XLSX: excel.Excel(), ReportFormat.CSV: separated.Separated(), ReportFormat.PDF: printed.Printed(),
}  # fmt: skip
__all__ = ["WRITERS", "Sheet"]
