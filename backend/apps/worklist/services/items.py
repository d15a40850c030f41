"""待办 from opening to end. Apps open and close items of their kinds in the transaction of what happened."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.identity.models import Hospital, StaffMember
from apps.identity.services.working_time import working_time
from apps.worklist import errors
from apps.worklist.kinds import KINDS, WorkKind
from apps.worklist.models import WorkItem
from apps.worklist.services.duties import Duty, duty_of
from apps.worklist.states import WORK, WorkState
from kernel import clock
from kernel.errors import Expectation, InvalidValue, StateConflict
from kernel.expectations import COLLEAGUE
from kernel.locks import lock_one

MAX_TITLE = 160
_BATCH = 1_000
NOT_BARRED = Expectation(
    "not_barred",
    "该员工是申请人或已处理过,须由他人处理",
    "This person asked for it or took part in it; somebody else has to.",
)


@transaction.atomic
def open_item(
    kind: WorkKind,
    *,
    hospital: Hospital,
    subject_type: str,
    subject_id: UUID,
    title: str,
    department_id: UUID | None = None,
    executor: StaffMember | None = None,
    executor_role_id: UUID | None = None,
    barred: Iterable[UUID] = (),
    due_at: dt.datetime | None = None,
) -> WorkItem:
    """A new item, due after the working hours of the hospital's duty; the open one, if the subject has one.

    `due_at`, `executor_role_id`: where it is not for the duty to say when it is due, or whose it is;
    `barred`: staff who must not do it.
    """
    duty, due_at = _terms(kind, hospital, due_at)
    item = WorkItem(
        hospital=hospital, department_id=department_id, kind=kind.code, subject_type=subject_type,
        subject_id=subject_id, title=title[:MAX_TITLE], executor=executor, barred=sorted(barred),
        executor_role_id=executor_role_id or duty.executor_role_id, manager_role_id=duty.manager_role_id,
        supervisor_role_id=duty.supervisor_role_id, due_at=due_at, escalates_at=due_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError as error:
        if "work_item_open_once" not in str(error):
            raise
        return WorkItem.objects.get(kind=kind.code, subject_id=subject_id, state=WorkState.OPEN)
    return item


@transaction.atomic
def open_items(
    kind: WorkKind,
    *,
    hospital: Hospital,
    subject_type: str,
    titles: Mapping[UUID, str],
    due_at: dt.datetime | None = None,
) -> None:
    """The same for thousands of subjects (their keys with the items' titles) in some statements."""
    duty, due_at = _terms(kind, hospital, due_at)
    items = (
        WorkItem(
            hospital=hospital, kind=kind.code, subject_type=subject_type, subject_id=pk, title=title[:MAX_TITLE],
            executor_role_id=duty.executor_role_id, manager_role_id=duty.manager_role_id,
            supervisor_role_id=duty.supervisor_role_id, due_at=due_at, escalates_at=due_at,
        )
        for pk, title in titles.items()
    )  # fmt: skip
    WorkItem.objects.bulk_create(items, batch_size=_BATCH, ignore_conflicts=True)  # the open one stays


def _terms(kind: WorkKind, hospital: Hospital, due_at: dt.datetime | None) -> tuple[Duty, dt.datetime]:
    duty, now = duty_of(hospital.pk, kind), clock.now()
    return duty, due_at or working_time(hospital, now).after_hours(now, duty.hours)


@transaction.atomic
def close_item(
    kind: WorkKind | None,
    *,
    subject_id: UUID,
    outcome: str = "",
    withdrawn: bool = False,
    staff: StaffMember | None = None,
) -> None:
    """What the item was about has been settled, or is gone; nothing where none is open. Safe to repeat.

    `kind` None: of whatever kind it is, where nobody knows that any more.
    """
    open_ones = WorkItem.objects.filter(subject_id=subject_id, state=WorkState.OPEN)
    if kind is not None:
        open_ones = open_ones.filter(kind=kind.code)
    item = open_ones.select_for_update(no_key=True).first()
    if item is not None:
        _end(item, WorkState.WITHDRAWN if withdrawn else WorkState.DONE, staff, outcome)


@transaction.atomic
def take(item: WorkItem, *, staff: StaffMember) -> WorkItem:
    """Who holds the role makes it the own. AlreadyTaken, BarredFromWork, StateConflict."""
    current = _open(item)
    if staff.pk in current.barred:
        raise errors.BarredFromWork
    if current.executor_id not in (None, staff.pk):
        raise errors.AlreadyTaken(executor_name=current.executor.name if current.executor else "")
    return _assign(current, staff)


@transaction.atomic
def assign(item: WorkItem, *, executor: StaffMember) -> WorkItem:
    """Give it to a person of the hospital in active service. InvalidValue, StateConflict."""
    if executor.hospital_id != item.hospital_id or executor.status != "active":
        raise InvalidValue(field="executor_id", expected=COLLEAGUE)
    current = _open(item)
    if executor.pk in current.barred:
        raise InvalidValue(field="executor_id", expected=NOT_BARRED)
    return _assign(current, executor)


@transaction.atomic
def finish(item: WorkItem, *, staff: StaffMember, outcome: str) -> WorkItem:
    """It is done; `outcome` says what was done. WorkEndsByItself, StateConflict."""
    current = _open(item)
    kind = KINDS.get(current.kind)
    if kind is not None and not kind.by_hand:
        raise errors.WorkEndsByItself
    _end(current, WorkState.DONE, staff, outcome)
    return current


def _open(item: WorkItem) -> WorkItem:
    current = lock_one(WorkItem.objects.select_related("executor"), pk=item.pk)
    if current.state != WorkState.OPEN:
        raise StateConflict(current=current.state)
    return current


def _assign(item: WorkItem, staff: StaffMember) -> WorkItem:
    item.executor, item.updated_at = staff, clock.now()
    item.version += 1
    item.save(update_fields=["executor", "version", "updated_at"])
    return item


def _end(item: WorkItem, state: WorkState, staff: StaffMember | None, outcome: str) -> None:
    now = clock.now()
    WORK.move(item, state, ended_at=now, ended_by=staff, outcome=outcome[:300], escalates_at=None)
