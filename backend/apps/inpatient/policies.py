"""A stay is reached by hospital, department, as the attending doctor's own, or by whoever cares for the patient."""

from apps.access.policies import Policy, hide, policy_for
from apps.inpatient.models import Admission, AdmissionLookup, DepositTransaction, InpatientCharge

hide(AdmissionLookup)


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
