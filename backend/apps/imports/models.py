from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.files.models import File
from apps.identity.models import Hospital, StaffMember
from apps.imports.states import IMPORTS, OPEN_IMPORTS
from kernel.models import BaseModel


class DuplicatePolicy(models.TextChoices):
    """What becomes of a row whose record is on file, or stands in an earlier row."""

    SKIP = "skip"
    ERROR = "error"


class RowOutcome(models.TextChoices):
    """A good row may have remarks: what of it is left out."""

    GOOD = "good"
    BAD = "bad"
    DUPLICATE = "duplicate"


class ImportJob(BaseModel):
    """导入: a file of rows, checked first and applied as a whole.

    The file is kept sealed for the sheets of results; all of them go with the rows that were wrong.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=32, editable=False, help_text="what is imported")
    form = models.CharField(
        max_length=16, blank=True, default="", help_text="the form of file that was recognised; empty before"
    )
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+", db_index=False)
    result_xlsx = models.ForeignKey(
        File, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    result_csv = models.ForeignKey(
        File, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    file_type = models.CharField(max_length=8, help_text="csv, xlsx or vcard, by content")
    digest = models.BinaryField(max_length=32)
    duplicates = models.CharField(max_length=8, choices=DuplicatePolicy.choices, default=DuplicatePolicy.SKIP)
    options = models.JSONField(default=dict, help_text="what else the kind needs: {name: value}")
    state = models.CharField(max_length=12, choices=IMPORTS.choices)
    failure = models.CharField(max_length=255, blank=True, default="", help_text="why nothing was imported")
    findings = models.JSONField(
        default=list, help_text="all that is wrong with the file itself: [{code, …place}]"
    )
    left_out = models.JSONField(
        default=list, help_text="titles of columns that have content and are not imported"
    )
    skip_bad_rows = models.BooleanField(default=False)
    row_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    imported_count = models.PositiveIntegerField(default=0)
    reserved = models.JSONField(default=dict, help_text="numbers set aside before applying: {name: value}")
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "kind", "by", "digest", "duplicates"],
                condition=Q(state__in=OPEN_IMPORTS),
                name="import_open_once",
            )
        ]
        indexes = [models.Index(fields=["hospital", "kind", "-id"], name="imports_of_hospital")]
        triggers = [audited(exclude=("digest",))]


class StagedRow(models.Model):
    """A row of a file as the table will have it; the id is the record's to be. A kind adds the columns."""

    id = models.UUIDField(primary_key=True, editable=False)
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="+", db_index=False)
    row_number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=RowOutcome.choices)
    problems = models.JSONField(default=list, help_text="[{column, code, is_remark?, …place}]")

    class Meta:
        abstract = True
