"""Exports of a period as CSV, streamed and recorded."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

from apps.access.scoped.views import ScopedViewSet
from apps.audit.services import record
from kernel.errors import InvalidValue
from kernel.expectations import within_days
from kernel.http.downloads import attachment, title_of
from kernel.http.serializers import Serializer
from kernel.sheets import csv_blocks
from kernel.words import spoken

MAX_PERIOD = 366
WITHIN_DAYS = within_days(MAX_PERIOD)


class PeriodSerializer(Serializer):
    """Both days belong to the period, which is at most a year."""

    created_from = serializers.DateField()
    created_to = serializers.DateField()
    hospital_id = serializers.UUIDField(required=False, help_text="default: all within reach")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = (attrs["created_to"] - attrs["created_from"]).days
        if not 0 <= days < MAX_PERIOD:
            raise InvalidValue(field="created_to", expected=WITHIN_DAYS)
        return attrs


CSV = extend_schema(
    parameters=[PeriodSerializer],
    responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    filters=False,
)


class ExportMixin(ScopedViewSet):
    """GET export: `export_rows(queryset, first, last)` gives header and rows, `export_name`: the operation, whose words
    name the file."""

    export_rows: ClassVar[Any]  # Callable[[QuerySet, date, date], Iterator[list[str]]]
    export_name: ClassVar[str]

    @CSV
    def export(self, request: Any) -> StreamingHttpResponse:
        """Export a period as CSV, oldest first."""
        query = PeriodSerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = self.get_queryset().select_related(None).prefetch_related(None)
        if "hospital_id" in asked:
            rows = rows.filter(hospital_id=asked["hospital_id"])
        first, last = asked["created_from"], asked["created_to"]
        record(
            action="export",
            object_type=self.model._meta.label_lower,
            object_id="",
            detail={"filters": request.query_params.dict()},
        )
        blocks = csv_blocks(spoken(type(self).export_rows(rows, first, last)))
        response = StreamingHttpResponse(blocks, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = attachment(title_of(self.export_name), "csv", first, last)
        return response

    def visible_code(self) -> str:
        """An export reaches as far as its own code."""
        return (self.code_of_action() or "") if self.action == "export" else super().visible_code()
