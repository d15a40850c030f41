from typing import Any

from django.db import models
from django.db.models import F, Q

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.inpatient.models.admission import Admission
from apps.inpatient.states import SETTLEMENTS, STANDING
from apps.patients.models import Patient
from apps.worklist.models import Approval
from kernel.models import VersionedModel
from kernel.money import FenField


class DischargeSettlement(VersionedModel):
    """出院结算: the deposit against the charges of a stay; the patient pays `collect_fen`, or gets `return_fen` back.

    `settled_at`: when the charges were taken out of the deposit. Its refunds carry its id as `decision_id`.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission = models.ForeignKey(
        Admission, on_delete=models.PROTECT, related_name="settlements", db_index=False
    )
    settlement_no = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=SETTLEMENTS.choices)
    charged_fen = FenField()
    deposit_fen = FenField(help_text="what the deposit held then")
    his_paid_fen = FenField(default=0, help_text="what HIS itself holds of the charges")
    collect_fen = FenField()
    return_fen = FenField()
    made_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    reopen_reason = models.CharField(max_length=200, blank=True, default="")
    reopened_at = models.DateTimeField(null=True)
    # put in by api.settlements.with_money
    money: dict[str, Any]
    reopened_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    @property
    def own_fen(self) -> int:
        """What of the charges is taken out of the deposit."""
        return self.charged_fen - self.his_paid_fen

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hospital", "settlement_no"], name="settlement_no_once"),
            models.UniqueConstraint(
                fields=["admission"], condition=Q(state__in=[str(state) for state in STANDING]),
                name="settlement_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(deposit_fen=F("charged_fen") - F("his_paid_fen") - F("collect_fen") + F("return_fen"))
                & (Q(collect_fen=0) | Q(return_fen=0)),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["settled", "returning", "reopened"]) | Q(settled_at__isnull=False),
                name="settlement_settled_has_time",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hospital", "-id"], name="settlement_of_hospital"),
            models.Index(fields=["department", "-id"], name="settlement_of_department"),
            models.Index(fields=["patient", "-id"], name="settlement_of_patient"),
            models.Index(fields=["admission", "-id"], name="settlement_of_stay"),
        ]
        triggers = [audited()]
