from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.access.policies import Policy, hide, policy_for
from apps.patients.models import (
    BindingAttempt,
    CapturedValue,
    CaptureField,
    CardBinding,
    CareTeamMember,
    DuplicatePair,
    ImportRow,
    Patient,
    PatientCard,
    PatientDepartment,
    PatientImport,
    PatientMerge,
    PatientTag,
    PatientUserObjectPermission,
    RelatedPerson,
    TimelineEntry,
)

hide(BindingAttempt, CardBinding, ImportRow, PatientDepartment, PatientUserObjectPermission)


@policy_for(Patient)
class PatientPolicy(Policy):
    """Hospital, departments that treat the patient, or a grant from the care team."""

    department = "pk"
    grants = PatientUserObjectPermission

    def department_arms(self, departments: list[UUID]) -> list[Q]:
        """One arm per department: each lists its newest patients by its own index."""
        return [self.department_arm([department]) for department in departments]

    def department_arm(self, departments: list[UUID]) -> Q:
        return _treated("pk", departments)


class OfPatient(Policy):
    """What hangs on a patient is reached with the patient."""

    department = "patient_id"
    inherits = ("patient_id", "patients.Patient")

    def department_arm(self, departments: list[UUID]) -> Q:
        return _treated("patient_id", departments)


def _treated(path: str, departments: list[UUID]) -> Q:
    treated = PatientDepartment.objects.filter(patient_id=OuterRef(path))
    if len(departments) == 1:
        return Q(Exists(treated.filter(department_id=departments[0])))
    return Q(Exists(treated.filter(department_id__in=departments)))


for _whole in (CaptureField, DuplicatePair, PatientImport, PatientMerge, PatientTag):
    policy_for(_whole)(type(f"{_whole.__name__}Policy", (Policy,), {}))  # whole hospitals only

for _model in (CapturedValue, PatientCard, CareTeamMember, RelatedPerson, TimelineEntry):
    policy_for(_model)(type(f"{_model.__name__}Policy", (OfPatient,), {}))
