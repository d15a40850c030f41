"""The queues themselves: whose patients wait where, and when nobody is called."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.identity.models import Department, StaffMember
from apps.queueing import errors
from apps.queueing.models import Queue, QueueKind, QueueMember, QueueTicket
from apps.queueing.selectors.waiting import is_paused, of_today
from apps.queueing.services.boards import changed
from apps.queueing.states import OPEN_TICKETS, SEEING
from apps.scheduling.models import ClinicSession
from kernel import clock
from kernel.errors import REQUIRED, DuplicateValue, Expectation, InvalidValue, StateConflict
from kernel.expectations import DOCTOR
from kernel.locks import lock_one, save_version
from kernel.rows import in_use

WITHIN_A_DAY = Expectation(
    "within_a_day", "须晚于当前时间,且在 24 小时之内", "It must lie in the future, within 24 hours."
)
_ISSUE = """
INSERT INTO queueing_queueday (queue_id, day, issued) VALUES (%s, %s, 1)
ON CONFLICT (queue_id, day) DO UPDATE SET issued = queueing_queueday.issued + 1 RETURNING issued
"""
ONLY_SHARED = Expectation("only_shared", "只有共享队列才列出医生", "Only a shared queue lists its doctors.")


def queue_of(session: ClinicSession) -> Queue:
    """Where the session's patients wait."""
    return queue_of_doctor(session.practitioner, session.department)


def queue_of_doctor(practitioner: StaffMember, department: Department) -> Queue:
    """Where the doctor's patients wait there: a queue the doctor shares, the department's, else the own."""
    here = Queue.objects.filter(department=department, is_active=True)
    shared = here.filter(kind=QueueKind.SHARED, members__practitioner=practitioner)
    common = here.filter(kind=QueueKind.DEPARTMENT)
    found = shared.order_by("id").first() or common.first()
    return found or own_queue(practitioner, department)


def own_queue(practitioner: StaffMember, department: Department) -> Queue:
    """The doctor's own queue in that department, made when it is first needed."""
    own: dict[str, Any] = {
        "kind": QueueKind.DOCTOR, "practitioner_id": practitioner.pk, "department_id": department.pk
    }  # fmt: skip
    found = Queue.objects.filter(**own).first()
    if found is not None:
        return found
    name = f"{department.name} {practitioner.name}"[:80]
    Queue.objects.bulk_create(
        [Queue(**own, hospital_id=department.hospital_id, name=name)], ignore_conflicts=True
    )
    return Queue.objects.get(**own)


def issue_number(queue: Queue, day: dt.date) -> int:
    """The next ticket number of the queue's day; the day's row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ISSUE, [str(queue.pk), day])
        return int(cursor.fetchone()[0])


def create_queue(
    *, department: Department, kind: str, name: str, practitioners: Iterable[StaffMember] = ()
) -> Queue:
    """A department's queue, or one that some doctors share. InvalidValue, DuplicateValue."""
    queue = Queue(hospital_id=department.hospital_id, department=department, kind=kind, name=name)
    doctors = list(practitioners)
    _check_doctors(queue, doctors)
    try:
        with transaction.atomic():
            queue.save(force_insert=True)
            _set_members(queue, doctors)
    except IntegrityError as error:
        raise DuplicateValue(field="department_id") from error
    return queue


def update_queue(
    queue: Queue, *, version: int, practitioners: Iterable[StaffMember] | None = None, **changes: Any
) -> Queue:
    """Rename, switch on or off, change who shares it; tickets already in it stay. InvalidValue, StaleVersion."""
    for name, value in changes.items():
        setattr(queue, name, value)
    try:
        with transaction.atomic():
            save_version(queue, changes, version=version)
            if practitioners is not None:
                doctors = list(practitioners)
                _check_doctors(queue, doctors)
                _set_members(queue, doctors)
    except IntegrityError as error:
        raise DuplicateValue(field="is_active") from error
    return queue


def delete_queue(queue: Queue) -> None:
    """Delete a queue that never had a ticket; InUse otherwise."""
    with transaction.atomic():
        lock_one(Queue.objects, pk=queue.pk)
        if QueueTicket.objects.filter(queue=queue).exists():
            raise in_use(QueueTicket)
        queue.delete()


def refuse_second(patient_id: UUID, queue: Queue) -> None:
    """AlreadyQueued while the patient, whose row is locked, waits in this queue or is being seen from it."""
    live = of_today(queue.pk).filter(patient_id=patient_id, state__in=[*OPEN_TICKETS, *SEEING])
    found = live.order_by("id").first()
    if found is not None:
        raise errors.AlreadyQueued(
            ticket_id=str(found.pk), ticket_no=found.ticket_no, queue_name=queue.name
        )  # fmt: skip


def _check_doctors(queue: Queue, doctors: list[StaffMember]) -> None:
    if queue.kind == QueueKind.SHARED and not doctors:
        raise InvalidValue(field="practitioner_ids", expected=REQUIRED)
    if queue.kind != QueueKind.SHARED and doctors:
        raise InvalidValue(field="practitioner_ids", expected=ONLY_SHARED)
    if any(doctor.hospital_id != queue.hospital_id or not doctor.licence_no for doctor in doctors):
        raise InvalidValue(field="practitioner_ids", expected=DOCTOR)


def _set_members(queue: Queue, doctors: list[StaffMember]) -> None:
    QueueMember.objects.filter(queue=queue).exclude(practitioner__in=doctors).delete()
    made = (
        QueueMember(hospital_id=queue.hospital_id, queue=queue, practitioner=doctor) for doctor in doctors
    )
    QueueMember.objects.bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def pause(queue: Queue, *, until: dt.datetime | None = None, reason: str = "") -> Queue:
    """Nobody is called until `until` (None: until it is resumed). StateConflict if paused already, InvalidValue."""
    now = clock.now()
    if until is not None and not now < until <= now + dt.timedelta(days=1):
        raise InvalidValue(field="until", expected=WITHIN_A_DAY)
    current = lock_one(Queue.objects, pk=queue.pk)
    if is_paused(current):
        raise StateConflict(current="paused")
    return _set_pause(current, now, until, reason)


@transaction.atomic
def resume(queue: Queue) -> Queue:
    """Patients are called again. StateConflict unless paused."""
    current = lock_one(Queue.objects, pk=queue.pk)
    if not is_paused(current):
        raise StateConflict(current="open")
    return _set_pause(current, None, None, "")


def _set_pause(queue: Queue, at: dt.datetime | None, until: dt.datetime | None, reason: str) -> Queue:
    queue.paused_at, queue.paused_until, queue.pause_reason = at, until, reason
    save_version(queue, {"paused_at", "paused_until", "pause_reason"}, version=queue.version)
    changed(queue.hospital_id, queue.pk)
    return queue


def refuse_paused(queue: Queue) -> None:
    """QueuePaused if nobody is called at the moment."""
    if is_paused(queue):
        raise errors.QueuePaused
