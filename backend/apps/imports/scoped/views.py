"""An import in one class: the owner of the kind names it, its model and its codes, and routes the class."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.files.errors import RangeNotSatisfiable
from apps.files.sending import RANGE, send_file
from apps.files.states import FileState
from apps.imports.errors import ImportHasErrors, ImportUnreadable, ResultNotReady, TooManyOpenImports
from apps.imports.kinds import ImportKind
from apps.imports.models import DuplicatePolicy, ImportJob, RowOutcome
from apps.imports.reasons import reason
from apps.imports.scoped import serializers as io
from apps.imports.services import jobs, reading
from apps.imports.states import ImportState
from kernel.errors import NotFound, StateConflict
from kernel.http.downloads import attachment
from kernel.http.parsing import ORJSONParser
from kernel.http.schema import raises
from kernel.http.serializers import validated
from kernel.http.sheets import CSV, SHEETS, XLSX, FormatQuerySerializer, as_book, as_sheet
from kernel.sheets import write_template
from kernel.words import Words

SHOWN_PROBLEMS = 500
#: When to look again for a sheet that a worker is writing.
RETRY_SECONDS = 5
PARTS: dict[Any, Any] = {
    (206, CSV): OpenApiTypes.STR, (206, XLSX): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="Nothing has changed."),
}  # fmt: skip


class ImportViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """Upload a file, see what is wrong with it, apply it as a whole. `model` is the kind's proxy of `ImportJob`."""

    kind: ClassVar[ImportKind]
    codes = {
        "create": "add", "cancel": "add", "apply": "apply", "problems": "list", "report": "list", "result": "list",
        "template": "list",
    }  # fmt: skip
    serializer_class = io.ImportJobSerializer
    filterset_class = io.ImportFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(kind=self.kind.code).select_related("file")

    def job_options(self) -> dict[str, Any]:
        """What of the uploader's rights the kind has to know (`ImportJob.options`)."""
        return {}

    def get_parsers(self) -> Any:
        upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if upload else [ORJSONParser()]

    @extend_schema(
        request={"multipart/form-data": io.UploadSerializer},
        responses={201: io.ImportJobSerializer, 200: io.ImportJobSerializer},
    )
    @raises(ImportUnreadable, TooManyOpenImports)
    def create(self, request: Any) -> Response:
        """Upload a file; a worker checks it. The same file again answers one's import that is open (200)."""
        body = io.UploadSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        job, made = jobs.start(
            self.kind, hospital=data["hospital"], upload=data["file"], options=self.job_options(),
            duplicates=DuplicatePolicy(data["duplicates"]), by_id=self.actor.staff_id, user_id=request.user.pk,
        )  # fmt: skip
        return Response(self.get_serializer(job).data, status=201 if made else 200)

    @extend_schema(request=io.ApplySerializer)
    @raises(ImportHasErrors, StateConflict)
    def apply(self, request: Any, pk: UUID) -> Response:
        """Import all good rows in one transaction; a worker does it. Asked again it answers the same."""
        job = self.get_object()
        body = io.ApplySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(jobs.want_apply(job, **body.validated_data)).data)

    @extend_schema(request=None)
    @raises(StateConflict)
    def cancel(self, request: Any, pk: UUID) -> Response:
        """Give the import up; nothing of the file is kept."""
        return Response(self.get_serializer(jobs.cancel(self.get_object())).data)

    @extend_schema(responses=io.ImportProblemSerializer(many=True), filters=False)
    def problems(self, request: Any, pk: UUID) -> Response:
        """The first 500 problems, each with row, column and reason; all of them are in the report."""
        rows = list(islice(self._problems(self.get_object()), SHOWN_PROBLEMS))
        return Response(io.ImportProblemSerializer(rows, many=True).data)

    @extend_schema(parameters=[FormatQuerySerializer], responses=SHEETS)
    def report(self, request: Any, pk: UUID) -> FileResponse | StreamingHttpResponse:
        """Every problem as CSV or Excel."""
        job, query = self.get_object(), self._format(request)
        lines = (
            [
                str(row["row"]),
                row["column"],
                reading.outcome_word(job, row["outcome"], in_part=True),
                row["reason"],
            ]
            for row in self._problems(job)
        )
        return as_sheet(
            _headed(["行号", "列", "结果", "原因"], lines),
            query,
            self._title("problem list", "问题清单"),
            wide={3: 80},
        )

    @extend_schema(parameters=[FormatQuerySerializer, *RANGE], responses=SHEETS | PARTS)
    @raises(NotFound, StateConflict, ResultNotReady, RangeNotSatisfiable)
    def result(self, request: Any, pk: UUID) -> HttpResponseBase:
        """The uploaded sheet again, with a column of outcomes and one of reasons; for who uploaded it, for a week.

        Not before it is checked; `result_ready` of the import says when. Once applied, of what has become of the rows.
        """
        job, query = self.get_object(), self._format(request)
        if job.by_id is None or job.by_id != self.actor.staff_id:
            raise NotFound
        if job.state == ImportState.CHECKING:
            raise StateConflict(current=job.state)
        file = job.result_csv if query == "csv" else job.result_xlsx
        if file is None and job.file.state == FileState.ATTACHED:
            raise ResultNotReady(retry_after=RETRY_SECONDS)
        if file is None:
            raise NotFound
        answer = send_file(request, file, self.kind.result_owner, user_id=request.user.pk)
        if query == "csv" and answer.status_code in (200, 206):  # whatever its cells look like
            answer["Content-Type"] = f"{CSV}; charset=utf-8"
        if answer.status_code in (200, 206):
            answer["Content-Disposition"] = attachment(self._title("result", "结果"), query)
        return answer

    @extend_schema(parameters=[FormatQuerySerializer], responses=SHEETS)
    def template(self, request: Any) -> FileResponse | StreamingHttpResponse:
        """The columns and rows as examples; the workbook's columns are text, and its second sheet explains."""
        form, title = self.kind.template, self._title("template", "模板")
        if self._format(request) == "csv":
            return as_sheet([form.titles, *form.examples], "csv", title)
        return as_book(
            lambda file: write_template(file, titles=form.titles, examples=form.examples, notes=form.notes()),
            title,
        )

    def _title(self, en: str, zh: str) -> Words:
        return Words(f"{self.kind.zh}导入{zh}", f"{self.kind.en} import {en}")

    def _format(self, request: Any) -> str:
        wanted: str = validated(FormatQuerySerializer, request.query_params.dict())["file_format"]
        return wanted

    def _problems(self, job: ImportJob) -> Iterator[dict[str, Any]]:
        for row in reading.problem_rows(job, self.actor):
            problem = row["problem"]
            yield {
                "row": row["row"], "outcome": RowOutcome(row["outcome"]), "column": problem["column"],
                "code": problem["code"], "reason": reason(problem, self.kind.words),
            }  # fmt: skip


def _headed(header: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield header
    yield from rows
