"""Differences as finance offices work on them: by age, and in a sheet that goes out and comes back."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.audit.services import record
from apps.files.errors import FileTooLarge
from apps.identity.models import StaffMember
from apps.reconciliation.api.admin import serializers as io
from apps.reconciliation.services.ages import ages_of
from apps.reconciliation.services.worksheet import take_worksheet, write_worksheet
from kernel import clock
from kernel.http.downloads import title_of
from kernel.http.parsing import ORJSONParser
from kernel.http.schema import raises
from kernel.http.sheets import XLSX, as_book

MAX_BYTES = 10 * 1024 * 1024
BOOK: dict[Any, Any] = {(200, XLSX): OpenApiResponse(OpenApiTypes.BINARY)}


class WorksheetMixin(ScopedViewSet):
    """Of the view of differences."""

    def get_parsers(self) -> Any:
        upload = getattr(self, "action_map", {}).get("post") == "take_worksheet"
        return [MultiPartParser()] if upload else [ORJSONParser()]

    @extend_schema(operation_id="reconciliation_differences_ages", responses=io.AgesSerializer, filters=True)
    def ages(self, request: Any) -> Response:
        """账龄 of the unsettled differences that the filters leave: number and sums of each band."""
        rows = self.filter_queryset(self.get_queryset())
        return Response(io.AgesSerializer({"ages": ages_of(rows)}).data)

    @extend_schema(operation_id="reconciliation_differences_worksheet", responses=BOOK, filters=True)
    def worksheet(self, request: Any) -> FileResponse:
        """下载差异处理表: the open ones that the filters leave, 5,000 at most, to fill in how each is settled."""
        rows = self.filter_queryset(self.get_queryset())
        record(
            action="export", object_type=self.model._meta.label_lower, object_id="",
            detail={"filters": request.query_params.dict(), "worksheet": True},
        )  # fmt: skip
        title = title_of("reconciliation_differences_worksheet")
        return as_book(lambda file: write_worksheet(rows, file), title, clock.today())

    @extend_schema(
        operation_id="reconciliation_differences_take_worksheet",
        request={"multipart/form-data": io.WorksheetSerializer}, responses=io.WorksheetTakenSerializer,
    )  # fmt: skip
    @raises(FileTooLarge)
    def take_worksheet(self, request: Any) -> Response:
        """上传差异处理表: proposes what its rows say; where one is wrong nothing is, and all problems are told."""
        body = io.WorksheetSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        if file.size > MAX_BYTES:
            raise FileTooLarge(field="file", limit=MAX_BYTES)
        by = StaffMember.objects.get(pk=self.actor.staff_id)
        changed, problems = take_worksheet(self.get_queryset(), file, by=by)
        return Response(io.WorksheetTakenSerializer({"changed": changed, "problems": problems}).data)
