from apps.patients.models.card import BindingAttempt, CardBinding, PatientCard, Relationship
from apps.patients.models.care_team import (
    CareRole,
    CareTeamMember,
    PatientDepartment,
    PatientUserObjectPermission,
)
from apps.patients.models.patient import Gender, IdKind, Patient
from apps.patients.models.related_person import RelatedPerson
from apps.patients.models.timeline import TimelineEntry

__all__ = [
    "BindingAttempt",
    "CardBinding",
    "CareRole",
    "CareTeamMember",
    "Gender",
    "IdKind",
    "Patient",
    "PatientCard",
    "PatientDepartment",
    "PatientUserObjectPermission",
    "RelatedPerson",
    "Relationship",
    "TimelineEntry",
]
