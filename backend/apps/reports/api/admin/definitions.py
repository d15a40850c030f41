from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import CodedView
from apps.reports.api.admin import serializers as io
from apps.reports.errors import NoSuchReport, ReportTooLarge
from apps.reports.selectors import reports_of
from apps.reports.services.preview import Preview, preview
from apps.reports.services.rows import TOTAL
from kernel.errors import InvalidValue
from kernel.http.schema import raises
from kernel.http.views import APIView
from kernel.reports import Parameter, Report
from kernel.words import ValueWords


@extend_schema(tags=["reports"])
class ReportDefinitionsView(CodedView, APIView):
    """报表清单."""

    resource = "reports.job"
    codes = {"get": "run"}

    @extend_schema(
        operation_id="report_definitions_list",
        responses=io.ReportDefinitionSerializer(many=True),
        filters=False,
    )
    def get(self, request: Any) -> Response:
        """可用报表: those that one may run, with their parameters."""
        found = [_definition(report) for report in reports_of(self.actor)]
        return Response(io.ReportDefinitionSerializer(found, many=True).data)


@extend_schema(tags=["reports"])
class ReportPreviewView(CodedView, APIView):
    """报表预览."""

    resource = "reports.job"
    codes = {"post": "run"}

    @extend_schema(
        operation_id="report_definitions_preview", request=io.ParametersSerializer,
        responses=io.ReportPreviewSerializer,
    )  # fmt: skip
    @raises(NoSuchReport, InvalidValue, ReportTooLarge)
    def post(self, request: Any, code: str) -> Response:
        """查看报表: sums, chart and first rows, of one moment."""
        given = io.ParametersSerializer(data=request.data, context={"request": request, "view": self})
        given.is_valid(raise_exception=True)
        values = given.validated_data
        found = preview(
            self.actor, hospital_id=values["hospital"].pk, report=code, parameters=values["parameters"]
        )
        return Response(io.ReportPreviewSerializer(_preview(found)).data)


def _definition(report: Report) -> dict[str, Any]:
    return {
        "code": report.code, "name": report.name, "detail": report.detail,
        "detail_name": io.name_of(report.detail),
        "parameters": [_parameter(parameter) for parameter in report.parameters],
        "columns": [io.described(column, column.title) for column in report.shown],
        "chart_kind": report.chart.kind if report.chart else None,
    }  # fmt: skip


def _parameter(parameter: Parameter) -> dict[str, Any]:
    choices: Mapping[str, ValueWords] = getattr(parameter, "choices", dict)()
    return {
        "name": parameter.name, "names": list(parameter.names), "label": parameter.words.text, "kind": parameter.kind,
        "is_required": parameter.required, "resource": getattr(parameter, "resource", ""),
        "choices": [{"value": value, "label": words.text} for value, words in choices.items()],
        "max_days": getattr(parameter, "max_days", None),
    }  # fmt: skip


def _preview(found: Preview) -> dict[str, Any]:
    rows = found.rows
    keys = [place for place, column in enumerate(rows.report.columns) if not column.is_shown]
    return {
        "columns": [
            io.described(column, rows.report.title(column, rows.given)) for column in rows.report.shown
        ],
        "rows": [rows.texts(row) for row in rows.first],
        "keys": [str(row[keys[0]] or "") for row in rows.first] if keys else [],
        "totals": rows.total_texts(TOTAL.text) or [],
        "row_count": rows.count,
        "chart": found.chart.as_series() if found.chart else None,
        "data_at": found.at,
    }  # fmt: skip
