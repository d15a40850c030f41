from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.imports.kinds import KINDS
from apps.imports.models import DuplicatePolicy, ImportJob, RowOutcome
from apps.imports.reasons import reason
from apps.imports.states import ImportState
from kernel.errors import in_english
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.sheets import CARD_TITLES


class FindingSerializer(Serializer):
    """What is wrong with the file, and where."""

    code = serializers.CharField()
    reason = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    cell = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)


class ImportJobSerializer(ModelSerializer):
    """导入: a file's state and counts. `good_count` rows will be records; `form`: the form that was recognised."""

    file_name = serializers.CharField(source="file.name", read_only=True, help_text="as it was uploaded")
    form_name = serializers.SerializerMethodField()
    good_count = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField(help_text="all that is wrong with the file itself")
    left_out = serializers.SerializerMethodField(
        help_text="titles of columns that have content and are not imported; of contact cards in the request's language"
    )
    result_ready = serializers.SerializerMethodField(
        help_text="the sheet of results can be downloaded; a worker writes it after the check, and anew once applied"
    )

    class Meta:
        model = ImportJob
        fields = [
            "id", "hospital_id", "hospital_name", "by_id", "by_name", "file_name", "file_type", "form", "form_name",
            "duplicates", "state", "failure", "skip_bad_rows", "row_count", "findings", "left_out", "good_count",
            "bad_count", "duplicate_count", "imported_count", "result_ready", "created_at", "checked_at", "applied_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_form_name(self, job: ImportJob) -> str:
        """In the request's language; empty before the file is read."""
        form = next((form for form in KINDS[job.kind].forms if form.code == job.form and job.form), None)
        return "" if form is None else form.en if in_english() else form.zh

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, job: ImportJob) -> list[dict[str, Any]]:
        return [
            {"code": found["code"], "reason": reason(found, KINDS[job.kind].words)}
            | {name: found.get(name) for name in ("row", "line", "cell", "column")}
            for found in job.findings
        ]

    def get_left_out(self, job: ImportJob) -> list[str]:
        """Titles of a table as they stand in it."""
        if job.file_type != "vcard" or in_english():
            return list(job.left_out)
        return [CARD_TITLES.get(title, title) for title in job.left_out]

    def get_result_ready(self, job: ImportJob) -> bool:
        return job.result_xlsx_id is not None

    def get_good_count(self, job: ImportJob) -> int:
        return job.row_count - job.bad_count - job.duplicate_count


class UploadSerializer(Serializer):
    """A CSV (UTF-8 or GBK) or Excel file with titles as in the template, or a file that the kind knows besides."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    file = serializers.FileField(help_text="at most 30 MB and 200,000 rows; recognised by its content")
    duplicates = serializers.ChoiceField(
        choices=DuplicatePolicy.choices, default=DuplicatePolicy.SKIP,
        help_text="rows whose record is on file or stands above: left out, or wrong",
    )  # fmt: skip


class ApplySerializer(Serializer):
    skip_bad_rows = serializers.BooleanField(
        required=False, default=False, help_text="import the good rows although others are wrong"
    )


class ImportProblemSerializer(Serializer):
    """What is wrong with one cell; of a good row: what of it is left out."""

    row = serializers.IntegerField(help_text="as the spreadsheet counts: the header is row 1")
    outcome = serializers.ChoiceField(choices=RowOutcome.choices)
    column = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class ImportFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in ImportState])

    class Meta:
        model = ImportJob
        fields: list[str] = []
