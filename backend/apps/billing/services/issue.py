"""Issuing bills, and issuing them again with another content."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.billing import errors
from apps.billing.events import BillCancelled, BillIssued
from apps.billing.models import Bill, BillKind, BillSource, CancelCause
from apps.billing.numbers import BILLS as NUMBERS, next_number
from apps.billing.services.announce import event_of
from apps.billing.services.items import ItemSpec, check_items, specs_of, write_items
from apps.billing.states import BILLS, STANDING, BillStatus
from apps.encounters.models import Encounter
from apps.encounters.selectors import current_encounter
from apps.identity.models import Department, Hospital, StaffMember
from apps.patients.models import Patient
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import IN_THE_PAST, Expectation, InvalidValue
from kernel.expectations import OF_THE_HOSPITAL, PLAUSIBLE_MOMENT
from kernel.locks import lock_one
from kernel.outbox.events import publish

MAX_TITLE = 120
PLAUSIBLE = dt.timedelta(days=3_653)
REGISTRATION = Expectation(
    "registration_of_patient",
    "须为同一患者的有效挂号账单",
    "It has to be a bill of a registration of the same patient that stands.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSpec:
    """What a bill says. `title` blank: the names of its items. A registration is always mandatory.

    `subject_type`/`subject_id`: what an own bill is for, e.g. "scheduling.appointment". `external_id`: HIS's key.
    """

    kind: BillKind
    items: Sequence[ItemSpec]
    title: str = ""
    department: Department | None = None
    practitioner: StaffMember | None = None
    registration_bill: Bill | None = None
    is_mandatory: bool = False
    payer_type: str = PayerType.SELF_PAY
    source: BillSource = BillSource.OWN
    external_id: str = ""
    subject_type: str = ""
    subject_id: UUID | None = None
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


def issue_bill(
    *, hospital: Hospital, patient: Patient, spec: BillSpec, issued_by: StaffMember | None = None
) -> Bill:
    """A new bill, to be paid. InsuranceNotSupported, InvalidValue, BillStands (the subject or HIS's key has one)."""
    amount = check(hospital, patient, spec)
    number = next_number(NUMBERS, hospital.pk)
    with transaction.atomic():
        bill = _insert(
            hospital, patient, spec, bill_no=number, amount_fen=amount, issued_by=issued_by,
            encounter=_encounter_of(hospital, patient, spec),
        )  # fmt: skip
        publish(event_of(BillIssued, bill))
    return bill


def reissue_bill(
    bill: Bill, *, spec: BillSpec, reason: str = "", issued_by: StaffMember | None = None
) -> Bill:
    """A new bill with another content; the issued one is cancelled. BillAlreadyPaid, StateConflict, as issue_bill.

    Who is paying the old one gets the money back. Bills of a registration follow the new one.
    """
    amount = check(bill.hospital, bill.patient, spec)
    number = next_number(NUMBERS, bill.hospital_id)
    with transaction.atomic():
        old = lock_one(Bill.objects.select_related("hospital", "patient"), pk=bill.pk)
        cancel_locked(old, cause=CancelCause.REISSUED, reason=reason, staff=issued_by)
        new = _insert(
            old.hospital, old.patient, spec, bill_no=number, amount_fen=amount, issued_by=issued_by, replaces=old,
            encounter_id=old.encounter_id,
        )  # fmt: skip
        Bill.objects.filter(registration_bill=old).update(registration_bill=new, updated_at=clock.now())
        publish(event_of(BillIssued, new))
    return new


def cancel_locked(bill: Bill, *, cause: CancelCause, reason: str, staff: StaffMember | None) -> None:
    """Cancel an issued bill, which the caller has locked or read. BillAlreadyPaid, StateConflict."""
    if bill.paid_at is not None:
        raise errors.BillAlreadyPaid
    now = clock.now()
    BILLS.move(
        bill,
        BillStatus.CANCELLED,
        field="status",
        expect=BillStatus(bill.status),
        cancelled_at=now,
        cancelled_by=staff,
        cancel_cause=cause.value,
        cancel_reason=reason,
    )
    publish(event_of(BillCancelled, bill, cause=cause.value))


def check(hospital: Hospital, patient: Patient, spec: BillSpec) -> int:
    """The amount of what would be issued; InsuranceNotSupported, InvalidValue with the field."""
    if spec.payer_type != PayerType.SELF_PAY:
        raise errors.InsuranceNotSupported
    amount = check_items(spec.items)
    owners: dict[str, Any] = {
        "patient": patient,
        "department": spec.department,
        "practitioner": spec.practitioner,
    }
    for name, owner in owners.items():
        if owner is not None and owner.hospital_id != hospital.pk:
            raise InvalidValue(field=f"{name}_id", expected=OF_THE_HOSPITAL)
    for name in ("due_at", "expires_at"):
        moment = getattr(spec, name)
        if moment is not None and not is_plausible(moment):
            raise InvalidValue(field=name, expected=PLAUSIBLE_MOMENT)
    if spec.expires_at is not None and spec.expires_at <= clock.now():
        raise InvalidValue(field="expires_at", expected=IN_THE_PAST)
    registration = spec.registration_bill
    if registration is not None and not _can_belong(patient, registration, spec):
        raise InvalidValue(field="registration_bill_id", expected=REGISTRATION)
    return amount


def _encounter_of(hospital: Hospital, patient: Patient, spec: BillSpec) -> Encounter | None:
    """The visit during which the bill comes about; a registration's begins later."""
    if spec.kind == BillKind.REGISTRATION:
        return None
    department_id = spec.department.pk if spec.department else None
    return current_encounter(patient_id=patient.pk, hospital_id=hospital.pk, department_id=department_id)


def is_plausible(moment: dt.datetime) -> bool:
    """Whether a moment that somebody names can be meant."""
    return abs(moment - clock.now()) < PLAUSIBLE


def _can_belong(patient: Patient, registration: Bill, spec: BillSpec) -> bool:
    return (
        spec.kind != BillKind.REGISTRATION
        and registration.kind == BillKind.REGISTRATION
        and registration.patient_id == patient.pk
        and registration.status in STANDING
    )


def _insert(hospital: Hospital, patient: Patient, spec: BillSpec, **columns: Any) -> Bill:
    title = " ".join((spec.title or "、".join(item.name for item in spec.items)).split())
    bill = Bill(
        hospital=hospital,
        patient=patient,
        department=spec.department,
        practitioner=spec.practitioner,
        kind=spec.kind,
        title=title[:MAX_TITLE],
        is_mandatory=spec.is_mandatory or spec.kind == BillKind.REGISTRATION,
        registration_bill=spec.registration_bill,
        payer_type=spec.payer_type,
        source=spec.source,
        external_id=spec.external_id,
        subject_type=spec.subject_type,
        subject_id=spec.subject_id,
        due_at=spec.due_at,
        expires_at=spec.expires_at,
        issued_at=clock.now(),
        **columns,
    )
    try:
        with transaction.atomic():
            bill.save(force_insert=True)
            write_items(bill, spec.items)
    except IntegrityError as error:
        raise _conflict_of(bill) or error from error
    return bill


def _conflict_of(bill: Bill) -> errors.BillStands | None:
    """The refusal, if another bill for the same thing is why."""
    bills = Bill.objects.filter(hospital_id=bill.hospital_id)
    if bill.external_id:
        found = bills.filter(external_id=bill.external_id).exclude(status=BillStatus.CANCELLED).first()
    elif bill.subject_id:
        same = {"subject_type": bill.subject_type, "subject_id": bill.subject_id}
        found = bills.filter(**same, status__in=STANDING).first()
    else:
        found = None
    return errors.BillStands(bill_id=str(found.pk)) if found else None


def spec_of(bill: Bill) -> BillSpec:
    """What a stored bill says; `dataclasses.replace` makes the next one of it."""
    return BillSpec(
        kind=BillKind(bill.kind),
        items=specs_of(bill),
        title=bill.title,
        department=bill.department,
        practitioner=bill.practitioner,
        registration_bill=bill.registration_bill,
        is_mandatory=bill.is_mandatory,
        payer_type=bill.payer_type,
        source=BillSource(bill.source),
        external_id=bill.external_id,
        subject_type=bill.subject_type,
        subject_id=bill.subject_id,
        due_at=bill.due_at,
        expires_at=bill.expires_at,
    )
