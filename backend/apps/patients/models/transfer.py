from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.files.models import File
from apps.identity.models import Hospital, StaffMember
from apps.patients.states import IMPORTS, OPEN_IMPORTS
from kernel.models import BaseModel


class DuplicatePolicy(models.TextChoices):
    """What becomes of a row whose patient is on file, or stands in an earlier row."""

    SKIP = "skip"
    ERROR = "error"


class RowOutcome(models.TextChoices):
    GOOD = "good"
    BAD = "bad"
    DUPLICATE = "duplicate"


class PatientImport(BaseModel):
    """导入: a file of patients, checked first and applied as a whole.

    The file is kept sealed for the sheet of results; it goes with the rows that were wrong.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(
        StaffMember, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32)
    duplicates = models.CharField(max_length=8, choices=DuplicatePolicy.choices, default=DuplicatePolicy.SKIP)
    state = models.CharField(max_length=12, choices=IMPORTS.choices)
    failure = models.CharField(max_length=255, blank=True, default="", help_text="why nothing was imported")
    findings = models.JSONField(
        default=list, help_text="all that is wrong with the file itself: [{code, …place}]"
    )
    skip_bad_rows = models.BooleanField(default=False)
    row_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    imported_count = models.PositiveIntegerField(default=0)
    mrn_day = models.DateField(null=True)
    mrn_from = models.BigIntegerField(default=0, help_text="first of the record numbers set aside")
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "digest"], condition=Q(state__in=OPEN_IMPORTS), name="import_open_once"
            )
        ]
        indexes = [models.Index(fields=["hospital", "-id"], name="imports_of_hospital")]
        triggers = [audited(exclude=("digest",))]


class ImportRow(models.Model):
    """A row of the file as the archive will have it: the id is the patient's to be, secrets are sealed for it."""

    id = models.UUIDField(primary_key=True, editable=False)
    job = models.ForeignKey(PatientImport, on_delete=models.CASCADE, related_name="staged", db_index=False)
    row_number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=RowOutcome.choices)
    problems = models.JSONField(default=list, help_text="[{column, code, row?}]")
    mrn = models.CharField(max_length=32, default="")
    name = models.CharField(max_length=80, default="")
    name_key = models.CharField(max_length=80, default="")
    pinyin = models.CharField(max_length=255, default="")
    pinyin_other = models.CharField(max_length=255, default="")
    gender = models.CharField(max_length=8, default="")
    birth_date = models.DateField(null=True)
    id_kind = models.CharField(max_length=32, default="")
    national_id = models.BinaryField(default=b"")
    national_id_index = models.BinaryField(null=True)
    phone = models.BinaryField(default=b"")
    phone_index = models.BinaryField(null=True)
    address = models.BinaryField(default=b"")
    insurance_no = models.BinaryField(default=b"")
    occupation = models.CharField(max_length=64, default="")
    industry = models.CharField(max_length=64, default="")
    source = models.CharField(max_length=64, default="")
    referrer = models.CharField(max_length=80, default="")
    vip_level = models.CharField(max_length=32, default="")
    allergies = models.TextField(default="")
    card_id = models.UUIDField(null=True)
    card_number = models.BinaryField(default=b"")
    card_number_index = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row_number"], name="import_row_once")]
