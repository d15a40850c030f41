"""住院费清单 at the window: the running total, one day's list, all of it as a file."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.audit.services import record
from apps.inpatient.api.serializers import (
    DailyChargesSerializer,
    DayQuerySerializer,
    InpatientStatementSerializer,
    shown_days,
    shown_statement,
)
from apps.inpatient.models import Admission
from apps.inpatient.selectors.statement_export import export_rows
from kernel.http.downloads import attachment, title_of
from kernel.http.serializers import validated
from kernel.sheets import csv_blocks
from kernel.words import spoken


@extend_schema(tags=["inpatient"])
class AdmissionStatementViewSet(ScopedViewSet):
    """住院费清单 of a stay."""

    model = Admission
    resource = "inpatient.admission"
    codes = {"statement": "inpatient.charge.list", "daily_charges": "inpatient.charge.list"}
    serializer_class = InpatientStatementSerializer
    filter_backends: Any = []

    @extend_schema(operation_id="admissions_statement", responses=InpatientStatementSerializer)
    def statement(self, request: Any, pk: UUID) -> Response:
        """The running total: charges by category, deposit, balance or arrears."""
        return Response(shown_statement(self.get_object()))

    @extend_schema(
        operation_id="admissions_daily_charges",
        parameters=[DayQuerySerializer],
        responses=DailyChargesSerializer,
    )
    def daily_charges(self, request: Any, pk: UUID) -> Response:
        """日清单: the days with their totals, and all items of `day` by category."""
        asked = validated(DayQuerySerializer, request.query_params.dict())
        return Response(shown_days(self.get_object().pk, asked.get("day")))

    @extend_schema(
        operation_id="admissions_statement_export",
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def export(self, request: Any, pk: UUID) -> StreamingHttpResponse:
        """导出住院费清单: every row as CSV, the oldest first, with the totals at the end."""
        stay = self.get_object()
        record(
            action="export",
            object_type="inpatient.admission",
            object_id=stay.pk,
            hospital_id=stay.hospital_id,
        )
        response = StreamingHttpResponse(
            csv_blocks(spoken(export_rows(stay.pk))), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = attachment(
            title_of("admissions_statement_export"), "csv", stay.admission_no
        )
        return response
