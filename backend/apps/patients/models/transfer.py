from typing import ClassVar

from django.db import models

from apps.imports.models import ImportJob, StagedRow


class PatientImport(ImportJob):
    """患者导入: a file of patients."""

    class Meta:
        proxy = True


class ImportRow(StagedRow):
    """A row of the file as the archive will have it: secrets are sealed for it."""

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
    tags = models.JSONField(default=list)
    card_id = models.UUIDField(null=True)
    card_number = models.BinaryField(default=b"")
    card_number_index = models.BinaryField(null=True)

    #: Column → the column of the archive for which it is sealed.
    sealed_columns: ClassVar[dict[str, str]] = {
        "national_id": "patients.patient.national_id", "phone": "patients.patient.phone",
        "address": "patients.patient.address", "insurance_no": "patients.patient.insurance_no",
        "card_number": "patients.patientcard.card_number",
    }  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row_number"], name="import_row_once")]
