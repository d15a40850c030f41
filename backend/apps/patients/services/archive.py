"""The patient archive: filed, changed, promoted, deactivated; deleted only while nothing hangs on it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError

from apps.identity.phones import normalise_phone
from apps.identity.selectors import dictionaries
from apps.patients.birth_dates import unlikely
from apps.patients.columns import DICTIONARIES
from apps.patients.documents import BadDocument, read_document
from apps.patients.errors import PatientMerged
from apps.patients.models import (
    CareTeamMember,
    Gender,
    IdKind,
    Patient,
    PatientDepartment,
    RelatedPerson,
    TimelineEntry,
)
from apps.patients.naming import DERIVED_FROM_NAME, name_fields
from apps.patients.services.bindings import end_bindings, restore_bindings
from apps.patients.services.identifying import closes_or_reopens, note
from apps.patients.services.tags import checked_tags
from kernel import clock
from kernel.errors import NAME, REQUIRED, DuplicateValue, Expectation, InvalidValue, StateConflict
from kernel.expectations import UNKNOWN
from kernel.ids import NumberSeries
from kernel.locks import save_version
from kernel.rows import in_use
from kernel.text import clean_name, fold_code, fold_number, is_card_number
from kernel.text.names import is_name

MRN = NumberSeries("mrn", "MR")
Contacts = Iterable[Mapping[str, Any]]
#: What an identity document says; it is looked at again when any of these is written.
DERIVED = {"gender", "birth_date"}
DERIVED_FROM = {"national_id", "id_kind", *DERIVED}
NO_CHOICE = Expectation("no_choice", "不是数据字典中的值", "It is no value of the dictionary.")
INSURANCE_NO = Expectation(
    "insurance_no_format",
    "医保号须为 4 至 32 位字母或数字",
    "An insurance number has 4 to 32 letters or digits.",
)
DISAGREES = Expectation("disagrees", "与证件号码中的信息不一致", "It is not what the document's number says.")


def create_patient(*, contacts: Contacts = (), **fields: Any) -> Patient:
    """File a patient of `hospital`; without `mrn` the next number is taken. Not provisional = on file from now on.

    Gender and birth date follow from a resident ID. InvalidValue names the field; DuplicateValue: the mrn is taken.
    """
    return file_patient(draft_patient(**fields), contacts)


def draft_patient(**fields: Any) -> Patient:
    """An archive as it would be filed: checked and complete but for its number, and not saved. InvalidValue."""
    patient = Patient(**fields)
    _complete(patient, given=set(fields), changed=set(fields))
    patient.tags = _words(patient.hospital_id, fields).get("tags", [])
    return patient


def file_patient(patient: Patient, contacts: Contacts = ()) -> Patient:
    """Save a draft. InvalidValue for a contact; DuplicateValue: the mrn is taken."""
    patient.mrn = fold_code(patient.mrn) or free_number(patient.hospital_id)
    if not patient.is_provisional:
        patient.registered_at = patient.registered_at or clock.now()
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
            _write_contacts(patient, contacts)
    except IntegrityError as error:
        raise DuplicateValue(field="mrn") from error
    return patient


def _words(hospital_id: UUID, given: Mapping[str, Any], *, kept: Iterable[str] = ()) -> dict[str, Any]:
    """Tags as the hospital writes them, if they are `given`; InvalidValue for a word that its lists do not have.

    `kept` tags may be out of force.
    """
    asked = {name: code for name, code in DICTIONARIES.items() if given.get(name)}
    entries = dictionaries(asked.values(), hospital_id) if asked else {}
    for name, code in asked.items():
        choices = [entry.value for entry in entries.get(code, ())]
        if code in entries and given[name] not in choices:
            raise InvalidValue(field=name, expected=NO_CHOICE, choices=choices)
    return {"tags": checked_tags(given["tags"], hospital_id, kept=kept)} if "tags" in given else {}


def free_number(hospital_id: UUID) -> str:
    """The next record number that nobody has typed before."""
    today = clock.today()
    number = MRN.next(hospital_id, today)
    here = Patient.objects.filter(hospital=hospital_id)
    if here.filter(mrn__iexact=number).exists():
        taken = here.filter(mrn__istartswith=MRN.day_of(today)).values_list("mrn", flat=True)
        MRN.rise_above(hospital_id, today, taken.iterator())
        number = MRN.next(hospital_id, today)
    return number


def update_patient(
    patient: Patient,
    *,
    version: int,
    contacts: Contacts | None = None,
    keep_guardians: bool = False,
    reason: str | None = None,
    is_trusted: bool = False,
    **changes: Any,
) -> Patient:
    """Change a patient read at `version`; StaleVersion, InvalidValue, PatientMerged.

    Who it is, and whether it is open, need a `reason` (services.identifying); None: the caller keeps a record himself.
    `is_trusted`: the values come from another archive, which may have words that are out of force since.

    `contacts` replaces all of them (all but guardians with `keep_guardians`); one with the `id` of a present contact
    changes only what it names. Closing the archive ends its bindings, reopening it restores them.
    """
    if patient.merged_into_id is not None:
        raise PatientMerged(merged_into_id=str(patient.merged_into_id))
    turned = closes_or_reopens(patient, changes)
    chosen = {name: value for name, value in changes.items() if getattr(patient, name) != value}
    if not is_trusted:
        changes |= _words(patient.hospital_id, chosen, kept=patient.tags)
    with transaction.atomic():
        if reason is not None:
            note(patient, changes, reason)
        for name, value in changes.items():
            setattr(patient, name, value)
        _complete(patient, given=set(changes), changed=set(chosen))
        written = {*changes, *DERIVED_FROM_NAME} | (DERIVED if DERIVED_FROM & set(changes) else set())
        save_version(patient, written, version=version)
        if contacts is not None:
            _write_contacts(patient, contacts, keep_guardians=keep_guardians)
        if turned and not patient.is_active:
            end_bindings(patient_id=patient.pk, by_close=True)
        elif turned:
            restore_bindings(patient)
    return patient


def promote(patient: Patient, *, version: int) -> Patient:
    """A provisional archive becomes the patient's archive on file; it needs an identity document. StateConflict."""
    if not patient.is_provisional:
        raise StateConflict
    if patient.id_kind == IdKind.NONE:
        raise InvalidValue(field="national_id", expected=REQUIRED)
    patient.is_provisional, patient.registered_at = False, clock.now()
    save_version(patient, {"is_provisional", "registered_at"}, version=version)
    return patient


def delete_patient(patient: Patient) -> None:
    """Remove an archive filed by mistake; InUse as soon as anything happened to the patient (deactivate it instead)."""
    for model in (TimelineEntry, PatientDepartment, CareTeamMember):
        if model._default_manager.filter(patient=patient).exists():
            raise in_use(model)
    try:
        with transaction.atomic():
            patient.delete()
    except (ProtectedError, RestrictedError, IntegrityError) as error:
        objects = getattr(error, "protected_objects", ())
        raise in_use(next((type(o) for o in objects), None)) from error


def _complete(patient: Patient, *, given: set[str], changed: set[str]) -> None:
    """Normalise, check and derive; `given` are the fields that the caller named, `changed` those with a new value."""
    for name, value in name_fields(patient.name).items():
        setattr(patient, name, value)
    if not is_name(patient.name):
        raise InvalidValue(field="name", expected=NAME if patient.name else REQUIRED)
    if "phone" in changed:
        patient.phone = normalise_phone(patient.phone)
    if "insurance_no" in changed:
        patient.insurance_no = fold_number(patient.insurance_no)
        if patient.insurance_no and not is_card_number(patient.insurance_no):
            raise InvalidValue(field="insurance_no", expected=INSURANCE_NO)
    if changed & DERIVED_FROM:
        _check_identity(patient, given, changed)


def _check_identity(patient: Patient, given: set[str], changed: set[str]) -> None:
    if patient.id_kind != IdKind.NONE and not patient.national_id:
        raise InvalidValue(field="national_id", expected=REQUIRED)
    try:
        document = read_document(patient.id_kind, patient.national_id)
    except BadDocument as error:
        raise InvalidValue(field="national_id", expected=error.expected) from error
    patient.national_id = document.number
    for name, value in (("gender", document.gender), ("birth_date", document.birth_date)):
        said = getattr(patient, name) if name in given else None
        if value is not None and said not in (None, Gender.UNKNOWN, value):
            raise InvalidValue(field=name, expected=DISAGREES)
        if value is not None:
            setattr(patient, name, value)
    wrong = unlikely(patient.birth_date) if patient.birth_date and "birth_date" in changed else None
    if wrong is not None and document.birth_date is None:
        raise InvalidValue(field="birth_date", expected=wrong)


def _write_contacts(patient: Patient, contacts: Contacts, *, keep_guardians: bool = False) -> None:
    present = {p.pk: p for p in RelatedPerson.objects.filter(patient=patient)}
    kept = {pk for pk, person in present.items() if keep_guardians and person.is_guardian}
    for number, contact in enumerate(contacts):
        values = dict(contact)
        pk = values.pop("id", None)
        person = present.get(pk) or RelatedPerson(patient=patient, hospital_id=patient.hospital_id)
        if pk is not None and (pk not in present or pk in kept):
            raise InvalidValue(field=f"contacts.{number}.id", expected=UNKNOWN)
        before = (person.name, person.id_kind, person.national_id, person.is_guardian)
        for name, value in values.items():
            setattr(person, name, value)
        check_contact(person, f"contacts.{number}.")
        if (person.name, person.id_kind, person.national_id, person.is_guardian) != before:
            person.verified_at = person.verified_by = None  # somebody else is meant: to be looked at again
        person.updated_at = clock.now()
        person.save()
        kept.add(person.pk)
    RelatedPerson.objects.filter(patient=patient).exclude(pk__in=kept).delete()


def check_contact(person: RelatedPerson, where: str = "") -> None:
    """Normalise and check phone and document; a guardian needs one. InvalidValue; `where` stands before the field."""
    person.name = clean_name(person.name)
    if not is_name(person.name):
        raise InvalidValue(field=f"{where}name", expected=NAME)
    try:
        person.phone = normalise_phone(person.phone, field=f"{where}phone")
        person.national_id = person.national_id and read_document(person.id_kind, person.national_id).number
    except BadDocument as error:
        raise InvalidValue(field=f"{where}national_id", expected=error.expected) from error
    if person.is_guardian and not person.national_id:
        raise InvalidValue(field=f"{where}national_id", expected=REQUIRED)
