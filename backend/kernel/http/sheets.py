"""Tables that are downloaded: CSV streamed, Excel written to disk first."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from kernel.http.downloads import attachment
from kernel.http.serializers import Serializer
from kernel.sheets import csv_blocks, write_xlsx
from kernel.words import Words, spoken

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS: dict[Any, Any] = {
    (200, CSV): OpenApiResponse(OpenApiTypes.STR, description="UTF-8 with a byte order mark"),
    (200, XLSX): OpenApiResponse(OpenApiTypes.BINARY),
}


class FormatQuerySerializer(Serializer):
    file_format = serializers.ChoiceField(
        choices=["csv", "xlsx"], required=False, default="xlsx", help_text="Excel keeps long numbers whole"
    )


def as_sheet(
    rows: Iterable[Iterable[str]],
    file_format: str,
    title: Words,
    *parts: Any,
    wide: Mapping[int, int] | None = None,
    fixed: int = 0,
) -> FileResponse | StreamingHttpResponse:
    """The rows as a download; texts that begin like a formula get an apostrophe in front.

    `title` and `parts` name the file. `wide` and `fixed`: as `write_xlsx` has them.
    """
    if file_format == "xlsx":
        return as_book(lambda file: write_xlsx(rows, file, wide=wide, fixed=fixed), title, *parts)
    response = StreamingHttpResponse(csv_blocks(spoken(rows)), content_type=f"{CSV}; charset=utf-8")
    response["Content-Disposition"] = attachment(title, "csv", *parts)
    return response


def as_book(write: Callable[[IO[bytes]], None], title: Words, *parts: Any) -> FileResponse:
    """What `write` writes, as a workbook to download."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    write(file)
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = attachment(title, "xlsx", *parts)
    return response
