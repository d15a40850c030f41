from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.billing.types import BillSource
from apps.encounters.models import Encounter
from apps.identity.models import Department, Hospital, StaffMember
from apps.inpatient.states import ADMISSIONS, AdmissionStatus
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel.models import VersionedModel
from kernel.money import FenField


class Admission(VersionedModel):
    """住院: one stay. `practitioner` is the attending doctor; `department` is where the patient lies now.

    Of source `his` HIS tells everything by its own key `external_id`; `as_of` is the moment its last word is of.
    The deposit is in the ledger: inpatient_deposit of the admission's id.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    practitioner = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="admission")
    admission_no = models.CharField(max_length=32, help_text="住院号")
    ward = models.CharField(max_length=40, blank=True, default="", help_text="病区")
    bed = models.CharField(max_length=20, blank=True, default="", help_text="床号")
    diagnosis = models.CharField(max_length=500, blank=True, default="", help_text="入院诊断")
    diagnosis_code = models.CharField(max_length=20, blank=True, default="", help_text="入院诊断编码")
    payer_type = models.CharField(max_length=24, choices=PayerType.choices, default=PayerType.SELF_PAY)
    status = models.CharField(
        max_length=12, choices=ADMISSIONS.choices, default=AdmissionStatus.ADMITTED.value
    )
    admitted_at = models.DateTimeField()
    discharged_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=4, choices=BillSource.choices, default=BillSource.OWN)
    external_id = models.CharField(max_length=64, blank=True, default="", help_text="HIS's key of the stay")
    as_of = models.DateTimeField(null=True)
    charges_final = models.BooleanField(default=False, help_text="HIS says that no more charges come")
    his_deposit_fen = FenField(null=True, help_text="what HIS itself holds for the stay; null: not told")
    registered_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "admission_no"], name="admission_no_once"),
            models.UniqueConstraint(
                fields=["hospital", "external_id"], condition=~Q(external_id=""), name="admission_external_once"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(status="admitted", source="own"), name="admission_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(source="his") | ~Q(external_id=""), name="admission_his_has_key"),
            models.CheckConstraint(
                condition=Q(status="admitted", discharged_at__isnull=True)
                | Q(status="discharged", discharged_at__gte=F("admitted_at")),
                name="admission_discharged_has_time",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hospital", "-id"], name="admission_of_hospital"),
            models.Index(fields=["department", "-id"], name="admission_of_department"),
            models.Index(fields=["practitioner", "-id"], name="admission_of_practitioner"),
            models.Index(fields=["patient", "-id"], name="admission_of_patient"),
            models.Index(
                fields=["department", "-id"], condition=Q(status="admitted"), name="admission_in_house"
            ),
            models.Index(fields=["hospital", "-admitted_at"], name="admission_by_day"),
            models.Index(fields=["admission_no"], name="admission_by_no"),
        ]
        triggers = [audited()]
