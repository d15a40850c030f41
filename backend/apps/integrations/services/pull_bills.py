"""Bills of a patient come over from HIS when they are looked at (PAY-04); what HIS no longer has open is cancelled."""

import datetime as dt
import time
from collections.abc import Sequence

import redis
import structlog
from django.db import DatabaseError

from apps.billing.selectors.lookup import bill_of_number, open_bills_of_his
from apps.billing.services import his_feed
from apps.billing.services.checkout import SUBJECT
from apps.billing.services.issue import BillSpec
from apps.billing.states import STANDING, BillStatus
from apps.billing.types import Bill, BillSource
from apps.identity.models import Department, Hospital, StaffMember
from apps.integrations.adapters.his_bills import HisBill, HisBills
from apps.integrations.adapters.http_his import HttpHis
from apps.integrations.services import pull_turns
from apps.patients.models import Patient
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.selectors.orders import is_being_paid
from kernel import clock
from kernel.errors import DomainError

log = structlog.get_logger(__name__)

#: A list waits no longer, for all its patients together; HIS has most of it, writing the rest.
SECONDS = 3.0
ASK_SECONDS = 2.0
UNKNOWN_PATIENT = "PATIENT_NOT_FOUND"


class HttpBillFeed:
    """billing.ports.BillFeed of a hospital with the driver `http`."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital

    def refresh(self, patients: Sequence[Patient]) -> bool:
        """See BillFeed."""
        until = time.monotonic() + SECONDS
        current = [pull_in_turn(patient, until=until) for patient in patients]
        return all(current)


def pull_in_turn(patient: Patient, *, until: float) -> bool:
    """Pull unless that was done within the last minute; whether our bills are HIS's. `until` is of time.monotonic."""
    try:
        known = pull_turns.take(patient.pk, patient.hospital_id)
        if known is not None:
            return known == pull_turns.Pulled.CURRENT
        is_current = _pull(patient, until)
        pull_turns.done(patient.pk, is_current=is_current)
    except redis.RedisError:  # without turns HIS would be asked for every look
        return False
    return is_current


def _pull(patient: Patient, until: float) -> bool:
    asked_at = clock.now()
    try:
        seconds = min(ASK_SECONDS, until - time.monotonic())
        if seconds <= 0:
            return False
        found = HttpHis(patient.hospital).bills_of(patient.mrn, seconds=seconds)
    except HisRefused as refusal:
        log.warning("his_refused_bills", reason=refusal.code)
        return refusal.code == UNKNOWN_PATIENT
    except HisUnavailable:
        pull_turns.rest(patient.hospital_id)
        return False
    try:
        return merge_bills(patient, found, asked_at=asked_at, until=until)
    except DatabaseError as error:
        log.warning("his_bills_not_written", reason=type(error).__name__)
        return False


def merge_bills(patient: Patient, found: HisBills, *, asked_at: dt.datetime, until: float) -> bool:
    """Write what HIS has; whether all of it is ours now. Each bill is a transaction of its own."""
    all_taken = True
    # Registrations first: other bills belong to them.
    for row in sorted(found.bills, key=lambda bill: bill.kind != "registration"):
        if time.monotonic() >= until:
            return False
        try:
            all_taken &= _take(patient, row)
        except DomainError as error:
            log.warning("his_bill_not_taken", reason=error.code)
            all_taken = False
    if found.is_complete:
        _cancel_gone(patient, {bill.external_id for bill in found.bills}, asked_at)
    return all_taken and found.is_complete


def _take(patient: Patient, row: HisBill) -> bool:
    if row.paid_at is not None:
        _settle(patient, row.external_id, row.paid_at)
        return True
    if row.expires_at is not None and row.expires_at <= clock.now():
        return True  # HIS still shows what nobody can pay any more
    registration = _registration(patient, row)
    if registration is not None and registration.status not in STANDING:
        return False  # its registration was given up: billing lets nobody pay it
    his_feed.receive_bill(hospital=patient.hospital, patient=patient, spec=_spec(patient, row, registration))
    return True


def _settle(patient: Patient, external_id: str, paid_at: dt.datetime) -> None:
    """HIS's window took the money. One that is being paid here is left to the payment: HIS refuses that itself."""
    bill = his_feed.active_bill(patient.hospital, external_id)
    if bill is not None and bill.status == BillStatus.ISSUED and not _being_paid(bill):
        his_feed.settled_at_his(bill, paid_at=min(paid_at, clock.now()))


def _cancel_gone(patient: Patient, still_there: set[str], asked_at: dt.datetime) -> None:
    """HIS no longer has them open. What was pushed while it was being asked is not in its answer, and stays."""
    gone = open_bills_of_his(patient, issued_before=asked_at).exclude(external_id__in=still_there)
    for bill in gone.order_by("pk"):
        if _being_paid(bill):
            continue  # HIS has taken the payment already, or refuses it: either way the order ends well
        try:
            his_feed.cancel_by_his(bill, reason="HIS")
        except DomainError as error:
            log.info("his_bill_not_cancelled", reason=error.code)


def _being_paid(bill: Bill) -> bool:
    return is_being_paid(SUBJECT, bill.pk)


def _spec(patient: Patient, row: HisBill, registration: Bill | None) -> BillSpec:
    """As billing issues it. A department or doctor that we do not know is left blank."""
    departments = Department.objects.filter(hospital_id=patient.hospital_id, code=row.department_code)
    staff = StaffMember.objects.filter(hospital_id=patient.hospital_id, employee_no=row.employee_no)
    return BillSpec(
        kind=row.kind,
        items=row.items,
        title=row.title,
        department=departments.first() if row.department_code else None,
        practitioner=staff.first() if row.employee_no else None,
        registration_bill=registration,
        is_mandatory=row.is_mandatory,
        source=BillSource.HIS,
        external_id=row.external_id,
        due_at=row.due_at,
        expires_at=row.expires_at,
    )


def _registration(patient: Patient, row: HisBill) -> Bill | None:
    """The registration's bill; None when we have never had it: HIS settled it before."""
    if row.registration_external_id:
        return his_feed.active_bill(patient.hospital, row.registration_external_id)
    if not row.registration_bill_no:
        return None
    return bill_of_number(patient, row.registration_bill_no)
