from apps.patients.models.capture import CapturedValue, CaptureField, FieldKind, Stage
from apps.patients.models.card import BindingAttempt, CardBinding, PatientCard, Relationship
from apps.patients.models.care_team import (
    CareRole,
    CareTeamMember,
    PatientDepartment,
    PatientUserObjectPermission,
)
from apps.patients.models.merge import DuplicatePair, PairState, PatientMerge
from apps.patients.models.patient import Gender, IdKind, Patient
from apps.patients.models.related_person import RelatedPerson
from apps.patients.models.tag import PatientTag
from apps.patients.models.timeline import TimelineEntry
from apps.patients.models.transfer import ImportRow, PatientImport

__all__ = [
    "BindingAttempt",
    "CaptureField",
    "CapturedValue",
    "CardBinding",
    "CareRole",
    "CareTeamMember",
    "DuplicatePair",
    "FieldKind",
    "Gender",
    "IdKind",
    "ImportRow",
    "PairState",
    "Patient",
    "PatientCard",
    "PatientDepartment",
    "PatientImport",
    "PatientMerge",
    "PatientTag",
    "PatientUserObjectPermission",
    "RelatedPerson",
    "Relationship",
    "Stage",
    "TimelineEntry",
]
