"""What a report becomes: Excel, CSV or PDF, each row by row."""

from collections.abc import Mapping

from apps.reports.models import FileFormat
from apps.reports.writing import excel, printed, separated
from apps.reports.writing.sheet import Sheet, Writer

WRITERS: Mapping[FileFormat, Writer] = {
    FileFormat.XLSX: excel.Excel(), FileFormat.CSV: separated.Separated(), FileFormat.PDF: printed.Printed(),
}  # fmt: skip
__all__ = ["WRITERS", "Sheet"]
