"""导出: a list as a file, by the filters and the words of the list."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from apps.access.scoped.views import ScopedViewSet
from apps.audit.services import record
from kernel import clock
from kernel.http.serializers import validated
from kernel.http.sheets import SHEETS, FormatQuerySerializer, as_sheet
from kernel.sheets.exported import exported
from kernel.words import OBJECTS


class ExportMixin(ScopedViewSet):
    """GET export: the rows that the filters leave, as Excel or CSV, the newest first; written into the operation log.

    `export_columns`: path of a column → the property of the documents that it is.
    """

    export_columns: ClassVar[Mapping[str, str]]

    @extend_schema(parameters=[FormatQuerySerializer], responses=SHEETS, filters=True)
    @action(detail=False, methods=["get"])
    def export(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """导出: the rows that the filters leave, as Excel or CSV."""
        asked = {
            name: request.query_params[name] for name in ("file_format",) if name in request.query_params
        }
        query = validated(FormatQuerySerializer, asked)
        rows = self.filter_queryset(self.get_queryset()).select_related(None).prefetch_related(None)
        record(
            action="export", object_type=self.model._meta.label_lower, object_id="",
            detail={"filters": request.query_params.dict()},
        )  # fmt: skip
        component = self.get_serializer_class().__name__.removesuffix("Serializer")
        sheet, title = exported(rows, component, self.export_columns), OBJECTS[self.model._meta.label_lower]
        return as_sheet(sheet, query["file_format"], title, clock.today())

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return f"{self.resource}.export" if self.action == "export" else super().visible_code()
