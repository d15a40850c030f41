from uuid import UUID

from django.db.models import Q

from apps.access.policies import Policy, hide, policy_for
from apps.patients.models import (
    BindingAttempt,
    CardBinding,
    CareTeamMember,
    Patient,
    PatientCard,
    PatientDepartment,
    PatientUserObjectPermission,
    RelatedPerson,
    TimelineEntry,
)

hide(BindingAttempt, CardBinding, PatientDepartment, PatientUserObjectPermission)


@policy_for(Patient)
class PatientPolicy(Policy):
    """Hospital, departments that treat the patient, or a grant from the care team."""

    department = "pk"
    grants = PatientUserObjectPermission

    def department_arm(self, departments: list[UUID]) -> Q:
        treated = PatientDepartment.objects.filter(department_id__in=departments)
        return Q(pk__in=treated.values("patient_id"))


class OfPatient(PatientPolicy):
    """What hangs on a patient is reached with the patient."""

    grants = None
    inherits = ("patient_id", "patients.Patient")

    def department_arm(self, departments: list[UUID]) -> Q:
        treated = PatientDepartment.objects.filter(department_id__in=departments)
        return Q(patient_id__in=treated.values("patient_id"))


for _model in (PatientCard, CareTeamMember, RelatedPerson, TimelineEntry):
    policy_for(_model)(type(f"{_model.__name__}Policy", (OfPatient,), {}))
