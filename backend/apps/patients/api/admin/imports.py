from itertools import islice
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import Hospital
from apps.patients.columns import SAMPLE, TITLES, notes, reason
from apps.patients.errors import ImportHasErrors, ImportUnreadable
from apps.patients.exports import problem_rows
from apps.patients.models import DuplicatePolicy, PatientImport, RowOutcome
from apps.patients.services import imports
from apps.patients.states import ImportState
from kernel.errors import NotFound, StateConflict
from kernel.http.parsing import ORJSONParser
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.http.sheets import SHEETS, FormatQuerySerializer, as_book, as_sheet
from kernel.sheets import write_template

SHOWN_PROBLEMS = 500


class FindingSerializer(Serializer):
    """What is wrong with the file, and where."""

    code = serializers.CharField()
    reason = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    cell = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)


class PatientImportSerializer(ModelSerializer):
    """导入: a file's state and counts. `good_count` rows will be patients."""

    file_name = serializers.CharField(source="file.name", read_only=True, help_text="as it was uploaded")
    good_count = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField(help_text="all that is wrong with the file itself")

    class Meta:
        model = PatientImport
        fields = [
            "id", "hospital_id", "hospital_name", "by_id", "by_name", "file_name", "kind", "duplicates", "state",
            "failure", "skip_bad_rows", "row_count", "findings", "good_count", "bad_count", "duplicate_count",
            "imported_count", "created_at", "checked_at", "applied_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, job: PatientImport) -> list[dict[str, Any]]:
        return [
            {"code": found["code"], "reason": reason(found)}
            | {name: found.get(name) for name in ("row", "line", "cell", "column")}
            for found in job.findings
        ]

    def get_good_count(self, job: PatientImport) -> int:
        return job.row_count - job.bad_count - job.duplicate_count


class UploadSerializer(Serializer):
    """A CSV (UTF-8 or GBK) or Excel file whose first row names the columns as in the template."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    file = serializers.FileField(help_text="at most 30 MB and 200,000 rows; recognised by its content")
    duplicates = serializers.ChoiceField(
        choices=DuplicatePolicy.choices, default=DuplicatePolicy.SKIP,
        help_text="rows whose patient is on file or stands above: left out, or wrong",
    )  # fmt: skip


class ApplySerializer(Serializer):
    skip_bad_rows = serializers.BooleanField(
        required=False, default=False, help_text="import the good rows although others are wrong"
    )


class ImportProblemSerializer(Serializer):
    """What is wrong with one cell."""

    row = serializers.IntegerField(help_text="as the spreadsheet counts: the header is row 1")
    outcome = serializers.ChoiceField(choices=RowOutcome.choices)
    column = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class PatientImportFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in ImportState])

    class Meta:
        model = PatientImport
        fields: list[str] = []


@extend_schema(tags=["patients"])
class PatientImportViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """患者导入: upload a file, see what is wrong with it, apply it as a whole."""

    model = PatientImport
    resource = "patients.import"
    codes = {
        "create": "add", "cancel": "add", "apply": "apply", "problems": "list", "report": "list", "result": "list",
        "template": "list",
    }  # fmt: skip
    serializer_class = PatientImportSerializer
    filterset_class = PatientImportFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[PatientImport]:
        return PatientImport.objects.select_related("file")

    @property
    def query_parameters(self) -> tuple[str, ...]:
        """What a download may be asked with."""
        return ("file_format",) if self.action in ("report", "result") else ()

    def get_parsers(self) -> Any:
        upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if upload else [ORJSONParser()]

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={201: PatientImportSerializer, 200: PatientImportSerializer},
    )
    @raises(ImportUnreadable)
    def create(self, request: Any) -> Response:
        """Upload a file; a worker checks it. The same file again answers the import that is open (200)."""
        body = UploadSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        job, made = imports.start(
            hospital=data["hospital"], upload=data["file"], duplicates=DuplicatePolicy(data["duplicates"]),
            by_id=self.actor.staff_id, user_id=request.user.pk,
        )  # fmt: skip
        return Response(self.get_serializer(job).data, status=201 if made else 200)

    @extend_schema(request=ApplySerializer)
    @raises(ImportHasErrors, StateConflict)
    def apply(self, request: Any, pk: UUID) -> Response:
        """Import all good rows in one transaction; a worker does it. Asked again it answers the same."""
        job = self.get_object()
        body = ApplySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(imports.want_apply(job, **body.validated_data)).data)

    @extend_schema(request=None)
    @raises(StateConflict)
    def cancel(self, request: Any, pk: UUID) -> Response:
        """Give the import up; nothing of the file is kept."""
        return Response(self.get_serializer(imports.cancel(self.get_object())).data)

    @extend_schema(responses=ImportProblemSerializer(many=True), filters=False)
    def problems(self, request: Any, pk: UUID) -> Response:
        """The first 500 problems, each with row, column and reason; all of them are in the report."""
        rows = [_shown(row) for row in islice(problem_rows(self.get_object().pk), SHOWN_PROBLEMS)]
        return Response(ImportProblemSerializer(rows, many=True).data)

    @extend_schema(parameters=[FormatQuerySerializer], responses=SHEETS)
    def report(self, request: Any, pk: UUID) -> FileResponse | StreamingHttpResponse:
        """Every problem as CSV or Excel."""
        job, query = self.get_object(), self._query(request)
        shown = (_shown(row) for row in problem_rows(job.pk))
        lines = (
            [str(row["row"]), row["column"], imports.OUTCOMES[row["outcome"]], row["reason"]] for row in shown
        )
        return as_sheet(_headed(["行号", "列", "结果", "原因"], lines), query, "import-problems")

    @extend_schema(parameters=[FormatQuerySerializer], responses=SHEETS)
    @raises(NotFound, ImportUnreadable)
    def result(self, request: Any, pk: UUID) -> FileResponse | StreamingHttpResponse:
        """The uploaded sheet again, with a column of outcomes and one of reasons; for who uploaded it, for a week."""
        job, query = self.get_object(), self._query(request)
        if job.by_id is None or job.by_id != self.actor.staff_id:
            raise NotFound
        return as_sheet(imports.result_rows(job), query, "import-result")

    @extend_schema(
        operation_id="patient_imports_template", parameters=[FormatQuerySerializer], responses=SHEETS
    )
    def template(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """The columns and one row as an example; the workbook's columns are text, and its second sheet explains."""
        titles, name = list(TITLES.values()), "patient-import-template"
        if self._query(request) == "csv":
            return as_sheet([titles, list(SAMPLE)], "csv", name)
        return as_book(
            lambda file: write_template(file, titles=titles, examples=[SAMPLE], notes=notes()), name
        )

    def _query(self, request: Any) -> str:
        query = FormatQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted: str = query.validated_data["file_format"]
        return wanted


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    problem = row["problem"]
    return {
        "row": row["row"], "outcome": RowOutcome(row["outcome"]), "column": problem["column"], "code": problem["code"],
        "reason": reason(problem),
    }  # fmt: skip


def _headed(header: list[str], rows: Any) -> Any:
    yield header
    yield from rows
