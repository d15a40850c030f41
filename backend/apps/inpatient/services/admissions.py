"""住院登记 by the hospital itself: admit, change, discharge, and take a mistaken discharge back."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from apps.billing.numbers import next_number
from apps.billing.types import BillSource
from apps.encounters.services.encounters import next_number as next_encounter_number
from apps.identity.models import Department, StaffMember
from apps.inpatient import errors
from apps.inpatient.models import Admission
from apps.inpatient.numbers import ADMISSIONS as NUMBERS
from apps.inpatient.services.announce import announce, note_care
from apps.inpatient.services.beds import come_back, leave, open_stay_of
from apps.inpatient.services.deposit_orders import withdraw_all
from apps.inpatient.services.encounter import follow_details, follow_status, open_stay
from apps.inpatient.services.settled import check_not_settled
from apps.inpatient.services.settlement_work import close_work, open_work
from apps.inpatient.states import ADMISSIONS, AdmissionStatus
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import IN_THE_FUTURE, Expectation, InvalidValue
from kernel.expectations import OF_THE_HOSPITAL, PLAUSIBLE_MOMENT
from kernel.locks import lock_one, save_version

#: Nobody's stay began before; also keeps moments within what calendars can turn into days.
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
#: How far another clock may be ahead of ours.
CLOCKS_DIFFER = dt.timedelta(minutes=10)
CHANGEABLE = frozenset(
    {"department", "practitioner", "ward", "bed", "diagnosis", "diagnosis_code", "payer_type", "admitted_at"}
)
DISCHARGE = Expectation(
    "discharged_at", "须晚于入院时间且不晚于当前时间", "After the admission, and not in the future."
)


def admit(
    *,
    patient: Patient,
    department: Department,
    practitioner: StaffMember | None = None,
    ward: str = "",
    bed: str = "",
    diagnosis: str = "",
    diagnosis_code: str = "",
    payer_type: str = PayerType.SELF_PAY,
    admitted_at: dt.datetime | None = None,
    staff: StaffMember | None = None,
) -> Admission:
    """A new stay with a number of its own. AlreadyAdmitted; InvalidValue with the field."""
    admission = Admission(
        hospital_id=patient.hospital_id,
        patient=patient,
        department=department,
        practitioner=practitioner,
        ward=ward,
        bed=bed,
        diagnosis=diagnosis,
        diagnosis_code=diagnosis_code.upper(),
        payer_type=payer_type,
        admitted_at=admitted_at or clock.now(),
        registered_by=staff,
    )
    check(admission)
    admission.admission_no = next_number(NUMBERS, patient.hospital_id)
    encounter_no = next_encounter_number(patient.hospital_id)

    def write() -> None:
        open_stay(admission, number=encounter_no)
        admission.save(force_insert=True)

    with transaction.atomic():
        _once(admission, write)
        note_care(admission)
        announce(admission)
    return admission


@transaction.atomic
def change_admission(admission: Admission, *, version: int, **changes: Any) -> Admission:
    """Another department (转科), doctor, bed … StaleVersion, AdmissionOfHis, InvalidValue with the field."""
    stay = _own(admission)
    if unknown := changes.keys() - CHANGEABLE:
        raise ValueError(f"not to be changed: {unknown}")
    _check_bed(stay, changes)
    for name, value in changes.items():
        setattr(stay, name, value)
    check(stay)
    save_version(stay, changes, version=version)
    follow_details(stay)
    note_care(stay)
    return stay


@transaction.atomic
def discharge(admission: Admission, *, discharged_at: dt.datetime | None = None) -> Admission:
    """出院. StateConflict, AdmissionOfHis, InvalidValue. A deposit that is under way goes back to its payer."""
    stay, now = _own(admission), clock.now()
    stay.discharged_at = discharged_at or now
    check(stay)
    ADMISSIONS.move(stay, AdmissionStatus.DISCHARGED, field="status", discharged_at=stay.discharged_at)
    follow_status(stay)
    leave(stay, at=stay.discharged_at)
    withdraw_all(stay)
    open_work(stay)
    announce(stay)
    return stay


@transaction.atomic
def recall(admission: Admission) -> Admission:
    """召回: the discharge was a mistake. StateConflict, AdmissionOfHis, AlreadyAdmitted, StaySettled."""
    stay = _own(admission)
    check_not_settled(stay.pk)
    left_at = stay.discharged_at

    def move() -> None:
        ADMISSIONS.move(stay, AdmissionStatus.ADMITTED, field="status", discharged_at=None)

    _once(stay, move)
    come_back(stay, left_at=left_at)
    close_work(stay, withdrawn=True)
    follow_status(stay)
    announce(stay)
    return stay


def check(stay: Admission, *, latest: dt.datetime | None = None) -> None:
    """InvalidValue for what no stay can be; moments lie before `latest` (default: now)."""
    latest = latest or clock.now()
    owners = {"department": stay.department, "practitioner": stay.practitioner, "patient": stay.patient}
    for name, owner in owners.items():
        if owner is not None and owner.hospital_id != stay.hospital_id:
            raise InvalidValue(field=f"{name}_id", expected=OF_THE_HOSPITAL)
    if not EARLIEST <= stay.admitted_at <= latest:
        late = IN_THE_FUTURE if stay.admitted_at > latest else PLAUSIBLE_MOMENT
        raise InvalidValue(field="admitted_at", expected=late)
    if stay.discharged_at is not None and not stay.admitted_at <= stay.discharged_at <= latest:
        raise InvalidValue(field="discharged_at", expected=DISCHARGE)


def _check_bed(stay: Admission, changes: dict[str, Any]) -> None:
    """InvalidValue for who lies in a bed of ours: where they lie is changed by moving them."""
    if open_stay_of(stay.pk) is None:
        return
    for name in ("ward", "bed", "department"):
        if name in changes and changes[name] != getattr(stay, name):
            raise InvalidValue(field=f"{name}_id" if name == "department" else name, expected=errors.BED_KEPT)


def _own(admission: Admission) -> Admission:
    stay = lock_one(
        Admission.objects.select_related("department", "hospital", "practitioner", "patient"), pk=admission.pk
    )
    if stay.source == BillSource.HIS:
        raise errors.AdmissionOfHis
    return stay


def _once(stay: Admission, write: Any) -> None:
    """AlreadyAdmitted when the patient lies in under another number."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if "admission_one_at_a_time" not in str(error):
            raise
        there = Admission.objects.filter(
            patient_id=stay.patient_id, status=AdmissionStatus.ADMITTED, source=BillSource.OWN
        )
        raise errors.AlreadyAdmitted(admission_id=str(there.values_list("pk", flat=True).first())) from error
