"""Stays that HIS keeps, pushed as they change. HIS's key makes a repetition harmless, its moment a late push."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction

from apps.billing.types import BillSource
from apps.encounters.services.encounters import next_number
from apps.identity.models import Department, Hospital, StaffMember
from apps.inpatient.errors import HIS_SHARE
from apps.inpatient.models import Admission
from apps.inpatient.services.admissions import CLOCKS_DIFFER, check
from apps.inpatient.services.announce import announce, note_care
from apps.inpatient.services.deposit_orders import withdraw_all
from apps.inpatient.services.encounter import follow_details, follow_status, open_stay
from apps.inpatient.services.settled import check_not_settled
from apps.inpatient.services.settlement_work import close_work, open_work
from apps.inpatient.states import ADMISSIONS, AdmissionStatus
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import IN_THE_FUTURE, DuplicateValue, Expectation, InvalidValue
from kernel.locks import lock_rows, save_version

DETAILS = {"department", "practitioner", "patient", "admitted_at"}
#: What a settlement rests on.
SETTLED_BY = {"patient", "charges_final", "his_deposit_fen", "payer_type"}
PATIENT_STAYS = Expectation(
    "patient_stays",
    "已有费用或押金的住院不能更换患者",
    "A stay with charges or deposits stays its patient's.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAdmission:
    """A stay as HIS knew it at `as_of`; with `discharged_at` it is over. None for what may be left out: as it was.

    `his_deposit_fen`: what HIS itself holds for the stay.
    """

    external_id: str
    admission_no: str
    patient: Patient
    department: Department
    practitioner: StaffMember | None
    ward: str
    bed: str
    diagnosis: str
    admitted_at: dt.datetime
    discharged_at: dt.datetime | None
    as_of: dt.datetime
    charges_final: bool | None = None
    his_deposit_fen: int | None = None
    diagnosis_code: str | None = None
    payer_type: PayerType | str | None = None


def find_told(hospital: Hospital, external_id: str) -> Admission | None:
    """HIS's stay of that key."""
    return Admission.objects.filter(hospital=hospital, external_id=external_id).first()


@transaction.atomic
def receive_admission(*, hospital: Hospital, told: ToldAdmission) -> tuple[Admission, bool]:
    """HIS's stay as it is now, and whether it is new to us. What HIS knew before its last word changes nothing.

    StaySettled. InvalidValue with the field; another patient is one once something was charged or paid.
    DuplicateValue: the number is another stay's.
    """
    latest = clock.now() + CLOCKS_DIFFER
    if told.as_of > latest:
        raise InvalidValue(field="as_of", expected=IN_THE_FUTURE)
    values = _told(told)
    fresh = Admission(hospital=hospital, source=BillSource.HIS, status=_status(told), **values)
    check(fresh, latest=latest)
    known = _locked(hospital, told.external_id)
    _check_share(known, values)
    if known is None:
        if _insert(fresh):
            note_care(fresh)
            announce(fresh)
            return fresh, True
        known = _locked(hospital, told.external_id)  # the same push at the same time was faster
        if known is None:
            raise DuplicateValue(field="admission_no")
    if known.as_of is None or told.as_of >= known.as_of:
        _update(known, fresh, [name for name, value in values.items() if getattr(known, name) != value])
    return known, False


def _told(told: ToldAdmission) -> dict[str, Any]:
    """By field what HIS says; charges of who is in the house again are not complete unless it says so."""
    values = {field.name: getattr(told, field.name) for field in fields(told)}
    left_out = {field.name for field in fields(told) if field.default is None and values[field.name] is None}
    if told.discharged_at is None and told.charges_final is None:
        return {name: value for name, value in values.items() if name not in left_out} | {
            "charges_final": False
        }
    return {name: value for name, value in values.items() if name not in left_out}


def _check_share(known: Admission | None, values: dict[str, Any]) -> None:
    """InvalidValue: without HIS's own share a stay cannot be settled to the fen."""
    is_known = known is not None and known.his_deposit_fen is not None
    if values.get("charges_final") and "his_deposit_fen" not in values and not is_known:
        raise InvalidValue(field="his_deposit_fen", expected=HIS_SHARE)


def _status(told: ToldAdmission) -> AdmissionStatus:
    return AdmissionStatus.ADMITTED if told.discharged_at is None else AdmissionStatus.DISCHARGED


def _locked(hospital: Hospital, external_id: str) -> Admission | None:
    rows = Admission.objects.select_related("patient", "department", "practitioner")
    found = lock_rows(rows.filter(hospital=hospital, external_id=external_id), no_key=True)
    return found[0] if found else None


def _insert(stay: Admission) -> bool:
    """False when the key or the number is there already."""
    try:
        with transaction.atomic():
            open_stay(stay, number=next_number(stay.hospital_id))
            stay.save(force_insert=True)
    except IntegrityError as error:
        if not any(name in str(error) for name in ("admission_no_once", "admission_external_once")):
            raise
        return False
    return True


def _update(known: Admission, fresh: Admission, changed: list[str]) -> None:
    if not changed:
        return
    if "patient" in changed and (known.charges.exists() or known.deposits.exists()):
        raise InvalidValue(field="mrn", expected=PATIENT_STAYS)
    moved = known.status != fresh.status
    if moved or SETTLED_BY & set(changed):
        check_not_settled(known.pk)
    for name in changed:
        setattr(known, name, getattr(fresh, name))
    try:
        with transaction.atomic():
            if moved:
                values = {name: getattr(known, name) for name in changed}
                ADMISSIONS.move(known, AdmissionStatus(fresh.status), field="status", **values)
            else:
                save_version(known, changed, version=known.version)
    except IntegrityError as error:
        if "admission_no_once" not in str(error):
            raise
        raise DuplicateValue(field="admission_no") from error
    _follow(known, changed, moved=moved)


def _follow(known: Admission, changed: list[str], *, moved: bool) -> None:
    """What comes with another place, doctor or patient, and with the end of a stay."""
    if DETAILS & set(changed):
        follow_details(known)
    if (DETAILS - {"admitted_at"}) & set(changed):
        note_care(known)
    if moved:
        follow_status(known)
        if known.status == AdmissionStatus.DISCHARGED:
            open_work(known)
            withdraw_all(known)
        else:
            close_work(known, withdrawn=True)
        announce(known)
