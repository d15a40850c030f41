from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.reports.models import ReportFormat, ReportJob, ReportSchedule
from apps.reports.states import ReportStage, ReportState
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer
from kernel.reports import REPORTS, ColumnKind, ParameterKind, ReportChartKind

CHART_KINDS = [(kind.value, kind.value) for kind in ReportChartKind]
#: Of a report that is as good as there: its file is being stored.
_NEARLY = 99


#: Of what the keys of parameters are: said by the report that the form or the path names.
_OF_REPORT = {
    "operation": "report_definitions_list",
    "key": "code",
    "by": ["report", "code"],
    "fields": "parameters",
}


def name_of(code: str) -> str:
    """What a report is called; the code of one that is gone."""
    return REPORTS[code].name if code in REPORTS else code


class ReportChoiceSerializer(Serializer):
    """A value that a parameter may have."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class ReportParameterSerializer(Serializer):
    """What a report is asked with. `names`: of the texts in `parameters`; a range of days has two of them.

    `resource`: whose options offer the ids of a reference.
    """

    name = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in ParameterKind])
    is_required = serializers.BooleanField()
    choices = ReportChoiceSerializer(many=True)
    resource = serializers.CharField(allow_blank=True)
    max_days = serializers.IntegerField(allow_null=True)


class ReportColumnSerializer(Serializer):
    """`key`: what a row is asked for by in the report of its rows; money is fen, percent hundredths of one."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in ColumnKind])
    width = serializers.IntegerField()
    is_total = serializers.BooleanField()


class ReportDefinitionSerializer(Serializer):
    """报表. `detail`: the report that lists the rows behind a figure, with the same parameters and the row's `key`."""

    code = serializers.CharField()
    name = serializers.CharField()
    parameters = ReportParameterSerializer(many=True)
    columns = ReportColumnSerializer(many=True)
    chart_kind = serializers.ChoiceField(choices=CHART_KINDS, allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    detail_name = serializers.CharField(allow_blank=True)


def _texts(**more: Any) -> dict[str, Any]:
    """The schema of parameters, with what a form asks for."""
    return {
        "type": "object", "additionalProperties": {"type": "string", "maxLength": 64},
        "x-fields": _OF_REPORT | more,
    }  # fmt: skip


@extend_schema_field(_texts())
class AskedParameters(serializers.DictField):
    """Texts by the names of a report's parameters."""

    child = serializers.CharField(max_length=64, allow_blank=True)


@extend_schema_field(_texts(without="day_range"))
class LastingParameters(AskedParameters):
    """Those that are the same each time."""


class ParametersSerializer(Serializer):
    """Parameters by their names, each as text: days as YYYY-MM-DD."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    parameters = AskedParameters()


class ReportRunSerializer(Serializer):
    """Which report, of what, as which file."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    report = serializers.CharField(max_length=64)
    parameters = AskedParameters()
    file_format = serializers.ChoiceField(choices=ReportFormat.choices, default=ReportFormat.XLSX)


class ReportSeriesSerializer(Serializer):
    """Figures, one for each label."""

    name = serializers.CharField()
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))


@extend_schema_serializer(extensions={"x-chart": True})
class ReportChartSerializer(Serializer):
    """A drawing: money in yuan. `empty`: what is said where there is nothing to draw."""

    kind = serializers.ChoiceField(choices=CHART_KINDS)
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    labels = serializers.ListField(child=serializers.CharField())
    series = ReportSeriesSerializer(many=True)
    colours = serializers.ListField(child=serializers.CharField())
    empty = serializers.CharField(allow_blank=True)


@extend_schema_serializer(extensions={"x-table": {"columns": "columns", "rows": "rows", "totals": "totals"}})
class ReportPreviewSerializer(Serializer):
    """The first 200 rows, each a text a column as people read it; `keys`: one a row, to ask for what is behind it.

    `totals`, the first of them the word for it, and the chart are of all rows, which are of the moment `data_at`.
    """

    columns = ReportColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_blank=True)))
    keys = serializers.ListField(child=serializers.CharField(allow_blank=True))
    totals = serializers.ListField(child=serializers.CharField(allow_blank=True))
    row_count = serializers.IntegerField()
    chart = ReportChartSerializer(allow_null=True)
    data_at = serializers.DateTimeField()


class ReportJobSerializer(ModelSerializer):
    """报表任务. `progress`: of a hundred. `failure`: why there is no file. The file goes at `expires_at`."""

    report_name = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    parameters = serializers.DictField(child=serializers.CharField(allow_blank=True))
    file_name = serializers.CharField(source="file.name", default="", read_only=True)
    file_size = serializers.IntegerField(source="file.size", default=None, allow_null=True, read_only=True)
    file_sha256 = serializers.CharField(source="file.checksum", default="", read_only=True)

    class Meta:
        model = ReportJob
        fields = [
            "id", "hospital_id", "hospital_name", "owner_id", "owner_name", "report", "report_name", "parameters",
            "file_format", "state", "stage", "done_rows", "total_rows", "progress", "row_count", "failure",
            "schedule_id", "schedule_name", "period", "data_at", "created_at", "started_at", "finished_at",
            "expires_at", "file_name", "file_size", "file_sha256",
        ]  # fmt: skip
        read_only_fields = fields

    def get_report_name(self, job: ReportJob) -> str:
        return name_of(job.report)

    @extend_schema_field(serializers.IntegerField(min_value=0, max_value=100))
    def get_progress(self, job: ReportJob) -> int:
        """Half of it is reading, of which nobody knows how much there is; the other half the file."""
        if job.state in (ReportState.SUCCEEDED, ReportState.EXPIRED):
            return 100
        if job.stage == ReportStage.STORING:
            return _NEARLY
        if job.stage == ReportStage.WRITING and job.total_rows:
            return min(50 + 49 * job.done_rows // job.total_rows, _NEARLY)
        return {ReportStage.READING: 25, ReportStage.WRITING: 50}.get(ReportStage(job.stage), 0)


class AskedValueSerializer(Serializer):
    """A parameter as people read it."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField(allow_blank=True)


class WholeReportJobSerializer(ReportJobSerializer):
    """报表任务 with what was asked, in words."""

    asked = serializers.SerializerMethodField()

    class Meta(ReportJobSerializer.Meta):
        fields = [*ReportJobSerializer.Meta.fields, "asked"]
        read_only_fields = fields

    @extend_schema_field(AskedValueSerializer(many=True))
    def get_asked(self, job: ReportJob) -> list[dict[str, str]]:
        return asked_of(job.report, job.parameters, job.hospital_id)


def asked_of(code: str, given: Mapping[str, str], hospital_id: UUID) -> list[dict[str, str]]:
    """The parameters that were given, in the language of the request; [] of a report that is gone."""
    said = [
        (each, each.spoken(given, hospital_id))
        for each in (REPORTS[code].parameters if code in REPORTS else ())
    ]
    return [{"label": each.words.text, "text": text} for each, text in said if text]


class ReportScheduleSerializer(VersionedModelSerializer):
    """报表计划. `parameters` without days: those follow from the time. `due_at`: when it comes about next."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    report_name = serializers.SerializerMethodField()
    parameters = LastingParameters(default=dict)
    fixed = frozenset({"hospital", "report"})

    class Meta:
        model = ReportSchedule
        fields = [
            "id", "hospital_id", "hospital_name", "owner_id", "owner_name", "name", "report", "report_name",
            "parameters", "file_format", "every", "at", "weekday", "month_day", "working_days_only", "is_active",
            "paused_reason", "due_at", "created_at", "version",
        ]  # fmt: skip
        read_only_fields = ["id", "owner_id", "paused_reason", "due_at", "created_at"]

    def get_report_name(self, schedule: ReportSchedule) -> str:
        return name_of(schedule.report)


class WholeReportScheduleSerializer(ReportScheduleSerializer):
    """报表计划 with what is asked, in words."""

    asked = serializers.SerializerMethodField()

    class Meta(ReportScheduleSerializer.Meta):
        fields = [*ReportScheduleSerializer.Meta.fields, "asked"]

    @extend_schema_field(AskedValueSerializer(many=True))
    def get_asked(self, schedule: ReportSchedule) -> list[dict[str, str]]:
        return asked_of(schedule.report, schedule.parameters, schedule.hospital_id)


def described(column: Any, label: str) -> dict[str, Any]:
    """A column as ReportColumn shows it."""
    return {
        "name": column.name, "label": label, "kind": column.kind, "width": column.width, "is_total": column.total
    }  # fmt: skip
