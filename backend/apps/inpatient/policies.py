"""A stay is reached by hospital, department, as the attending doctor's own, or by whoever cares for the patient."""

from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, hide, policy_for
from apps.identity.models import StaffDepartment
from apps.inpatient.models import (
    Admission,
    AdmissionLookup,
    Bed,
    BedStay,
    DepositCeiling,
    DepositOrder,
    DepositTransaction,
    DischargeSettlement,
    InpatientCharge,
    Ward,
)

hide(AdmissionLookup, BedStay)


@policy_for(Admission)
class AdmissionPolicy(Policy):
    department = "department_id"
    owners = ("practitioner_id",)
    inherits = ("patient_id", "patients.Patient")


@policy_for(InpatientCharge)
class InpatientChargePolicy(Policy):
    """Reached like the stay."""

    department = "admission__department_id"
    owners = ("admission__practitioner_id",)
    inherits = ("admission__patient_id", "patients.Patient")


@policy_for(DepositTransaction)
class DepositTransactionPolicy(Policy):
    """Reached like the stay, and by who asked for it at the window."""

    department = "admission__department_id"
    owners = ("admission__practitioner_id", "opened_by_id")
    inherits = ("patient_id", "patients.Patient")


class OfWard(Policy):
    """Also reached by whoever works in its department, however far their role reaches."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms = super().arms(actor, code, grant)
        scope = actor.scope(code)
        if scope is not None and not scope.everything and actor.hospital_id not in scope.hospitals:
            works_in = StaffDepartment.objects.filter(staff=actor.staff_id).values("department_id")
            arms.append(Q(**{f"{self.department}__in": works_in}))
        return arms


@policy_for(Ward)
class WardPolicy(OfWard):
    department = "department_id"


@policy_for(Bed)
class BedPolicy(OfWard):
    """Reached like the ward."""

    department = "ward__department_id"


@policy_for(DischargeSettlement)
class DischargeSettlementPolicy(Policy):
    """Reached by hospital, department, or by whoever cares for the patient."""

    department = "department_id"
    inherits = ("patient_id", "patients.Patient")


@policy_for(DepositCeiling)
class DepositCeilingPolicy(Policy):
    """Of a hospital."""


@policy_for(DepositOrder)
class DepositOrderPolicy(Policy):
    """Reached like the stay."""

    department = "admission__department_id"
    owners = ("admission__practitioner_id",)
    inherits = ("admission__patient_id", "patients.Patient")
