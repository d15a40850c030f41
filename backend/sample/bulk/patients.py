"""Rows of patients: archive, cards, treating departments, care teams and the grants that follow them."""

import datetime as dt
from collections.abc import Iterable, Iterator

from apps.access.policies.base import permission_id
from apps.patients.id_kinds import document_key
from apps.patients.models import (
    CareTeamMember,
    Patient,
    PatientCard,
    PatientDepartment,
    PatientUserObjectPermission,
)
from kernel.crypto import EncryptedTextField, blind_index, encrypt
from sample import numbers
from sample.bulk.copy import Row, Table, text
from sample.bulk.plan import ATTENDING, Plan, row_id
from sample.people import person

SOURCES = ("outpatient", "referral", "miniprogram", "phone", "")
PATIENT = Table(
    Patient, "id", "created_at", "updated_at", "registered_at", "hospital_id", "mrn", "name", "name_key",
    "pinyin", "pinyin_other", "gender",
    "birth_date", "id_kind", "national_id", "national_id_index", "phone", "phone_index", "address", "source",
)  # fmt: skip
CARD = Table(
    PatientCard, "id", "created_at", "updated_at", "hospital_id", "patient_id", "card_number", "card_number_index"
)  # fmt: skip
DEPARTMENT = Table(PatientDepartment, "hospital_id", "patient_id", "department_id")
CARE_TEAM = Table(
    CareTeamMember, "id", "created_at", "updated_at", "hospital_id", "patient_id", "staff_id", "role"
)  # fmt: skip
GRANT = Table(PatientUserObjectPermission, "user_id", "permission_id", "content_object_id")


def moment(millis: int) -> str:
    """That moment in COPY's format."""
    return dt.datetime.fromtimestamp(millis / 1000, dt.UTC).isoformat()


def mrn(serial: int) -> str:
    """病历号 of a sample patient."""
    return f"M{serial:08d}"


def patients(plan: Plan, serials: Iterable[int]) -> Iterator[Row]:
    """The archive; secrets really encrypted, their blind indexes really derived."""
    contexts = {name: _field(Patient, name).context for name in ("national_id", "phone", "address")}
    for serial in serials:
        panels, _ = plan.hospital_of(serial)
        who, at = person(serial), moment(plan.registered(serial))
        yield (
            plan.patient_id(serial), at, at, at, panels.hospital_id, mrn(serial), who.name, who.name, who.pinyin,
            who.pinyin_other, who.gender,
            who.birth_date, "resident_id",
            text(encrypt(who.national_id, contexts["national_id"])),
            text(blind_index(document_key("resident_id", who.national_id), "national_id")),
            text(encrypt(who.phone, contexts["phone"])), text(blind_index(who.phone, "phone")),
            text(encrypt(who.address, contexts["address"])), SOURCES[serial % len(SOURCES)],
        )  # fmt: skip


def cards(plan: Plan, serials: Iterable[int]) -> Iterator[Row]:
    """One card each."""
    context = _field(PatientCard, "card_number").context
    for serial in serials:
        panels, _ = plan.hospital_of(serial)
        millis = plan.registered(serial)
        number, at = numbers.card_number(panels.ordinal, serial), moment(millis)
        yield (
            row_id(millis, 2, serial), at, at, panels.hospital_id, plan.patient_id(serial),
            text(encrypt(number, context)), text(blind_index(number, "card_number")),
        )  # fmt: skip


def departments(plan: Plan, serials: Iterable[int]) -> Iterator[Row]:
    """The departments of the patient's doctors."""
    for serial in serials:
        panels, index = plan.hospital_of(serial)
        patient = plan.patient_id(serial)
        for department in {doctor.department_id for _, doctor in panels.doctors_of(index)}:
            yield panels.hospital_id, patient, department


def care_teams(plan: Plan, serials: Iterable[int]) -> Iterator[Row]:
    """The attending doctor, and for some patients a consultant."""
    for serial in serials:
        panels, index = plan.hospital_of(serial)
        millis = plan.registered(serial)
        patient, at = plan.patient_id(serial), moment(millis)
        for role, doctor in panels.doctors_of(index):
            key = row_id(millis, 3 if role == ATTENDING else 4, serial)
            yield key, at, at, panels.hospital_id, patient, doctor.staff_id, role


def grants(plan: Plan, serials: Iterable[int]) -> Iterator[Row]:
    """To view and to change, for everybody in the care team."""
    permissions = [permission_id("patients", name) for name in ("view_patient", "change_patient")]
    for serial in serials:
        panels, index = plan.hospital_of(serial)
        patient = plan.patient_id(serial)
        for _, doctor in panels.doctors_of(index):
            for permission in permissions:
                yield doctor.user_id, permission, patient


def _field(model: type, name: str) -> EncryptedTextField:
    field: EncryptedTextField = model._meta.get_field(name)  # type: ignore[attr-defined]
    return field
