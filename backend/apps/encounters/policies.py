from apps.access.policies import Policy, policy_for
from apps.encounters.models import Encounter


@policy_for(Encounter)
class EncounterPolicy(Policy):
    """By hospital, department, as the doctor in charge, or by whoever cares for the patient."""

    department = "department_id"
    owners = ("practitioner_id",)
    inherits = ("patient_id", "patients.Patient")
