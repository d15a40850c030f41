from apps.patients.models.card import BindingAttempt, CardBinding, PatientCard
from apps.patients.models.care_team import CareTeamMember, PatientDepartment, PatientUserObjectPermission
from apps.patients.models.patient import Patient
from apps.patients.models.timeline import TimelineEntry

__all__ = [
    "BindingAttempt",
    "CardBinding",
    "CareTeamMember",
    "Patient",
    "PatientCard",
    "PatientDepartment",
    "PatientUserObjectPermission",
    "TimelineEntry",
]
