from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.files.errors import RangeNotSatisfiable
from apps.files.sending import RANGE, send_file
from apps.reports import errors
from apps.reports.api.admin import serializers as io
from apps.reports.models import ReportFormat, ReportJob
from apps.reports.owner import OWNER
from apps.reports.selectors import may_still_see
from apps.reports.services import ask, cancel
from apps.reports.states import JOBS, ReportState
from kernel import clock
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.downloads import disposition
from kernel.http.schema import raises
from kernel.http.sheets import CSV, XLSX

PDF = "application/pdf"
_TYPES = {ReportFormat.XLSX: XLSX, ReportFormat.CSV: f"{CSV}; charset=utf-8", ReportFormat.PDF: PDF}
FILES: dict[Any, Any] = {
    **{(status, kind): OpenApiTypes.BINARY for status in (200, 206) for kind in (XLSX, CSV, PDF)},
    304: OpenApiResponse(description="Nothing has changed."),
}


class ReportJobFilter(django_filters.FilterSet):
    """`report`: a whole code."""

    hospital_id = django_filters.UUIDFilter()
    owner_id = django_filters.UUIDFilter()
    schedule_id = django_filters.UUIDFilter()
    report = django_filters.CharFilter(max_length=64)
    file_format = django_filters.ChoiceFilter(choices=ReportFormat.choices)
    state = django_filters.MultipleChoiceFilter(choices=JOBS.choices)


@extend_schema(tags=["reports"])
class ReportJobViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """报表任务: one's own; those of the whole hospital with the code that says so."""

    model = ReportJob
    resource = "reports.job"
    codes = {"create": "run", "cancel": "run", "content": "list"}
    serializer_class = io.ReportJobSerializer
    filterset_class = ReportJobFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    def base_queryset(self) -> QuerySet[Any]:
        return self.model._default_manager.select_related("file")

    @extend_schema(responses=io.WholeReportJobSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """报表任务 with what was asked, in words."""
        return Response(io.WholeReportJobSerializer(self.get_object()).data)

    @command(
        body=io.ReportRunSerializer, answer=io.ReportJobSerializer, status=201, idempotent=True,
        raises=(errors.NoSuchReport, InvalidValue, errors.TooManyReports),
    )  # fmt: skip
    def create(self, *, hospital: Any, file_format: str, **values: Any) -> ReportJob:
        """生成报表: a worker makes the file. The same asked for within five minutes is the same job."""
        return ask.ask(self.actor, hospital_id=hospital.pk, file_format=ReportFormat(file_format), **values)

    @command(answer=io.ReportJobSerializer, raises=(StateConflict,))
    def cancel(self, job: ReportJob) -> ReportJob:
        """取消: what waits is over, what runs is stopped within two seconds."""
        return cancel.cancel(job)

    @extend_schema(parameters=RANGE, responses=FILES)
    @raises(
        NotFound,
        errors.ReportNotReady,
        errors.ReportExpired,
        errors.ReportRightsWithdrawn,
        RangeNotSatisfiable,
    )
    def content(self, request: Any, pk: UUID) -> HttpResponseBase:
        """下载报表: the file, for who may still see all that it shows; recorded."""
        job = self.get_object()
        over = job.state == ReportState.SUCCEEDED and job.expires_at <= clock.now()  # not swept away yet
        if over or job.state == ReportState.EXPIRED:
            raise errors.ReportExpired
        if job.state != ReportState.SUCCEEDED:
            raise errors.ReportNotReady(state=job.state)
        if not may_still_see(self.actor, job):
            raise errors.ReportRightsWithdrawn
        answer = send_file(request, job.file, OWNER, user_id=request.user.pk)
        if answer.status_code in (200, 206):  # whatever its cells look like
            answer["Content-Type"] = _TYPES[ReportFormat(job.file_format)]
            answer["Content-Disposition"] = disposition(job.file.name, inline=False)
        return answer
