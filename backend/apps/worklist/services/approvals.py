"""审批 from the request to an end without a decision. The owner of the subject asks, as part of what happened.

Locks: the approval first, what its kind's callbacks lock after it.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.access.models import Role
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.identity.states import StaffState
from apps.worklist import errors
from apps.worklist.approvals import APPROVALS, ApprovalKind, Step
from apps.worklist.events import ApprovalEnded
from apps.worklist.models import Approval, ApprovalStep
from apps.worklist.services.duties import duty_of
from apps.worklist.services.items import MAX_TITLE, close_item, open_item
from apps.worklist.states import APPROVAL, STEPS, ApprovalState, StepState
from kernel import clock
from kernel.errors import PermissionDenied, StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import publish

logger = logging.getLogger(__name__)
SUBJECT = "worklist.approval"


@transaction.atomic
def request_approval(
    kind: ApprovalKind,
    *,
    subject: Any,
    requester: StaffMember | None,
    title: str,
    note: str = "",
    amount_fen: int | None = None,
    department_id: UUID | None = None,
    owner: StaffMember | None = None,
    content: Mapping[str, Any] | None = None,
    expires_at: dt.datetime | None = None,
) -> Approval:
    """Ask for a decision on `subject` (any row with a hospital); its first step is somebody's work from now on.

    `requester` None: a patient asked. `owner`: whose own the subject is. `expires_at`: where a rule says when, whatever
    the kind says. ApprovalOpen, NobodyDecides.
    """
    steps, now = kind.steps(subject, amount_fen), clock.now()
    if not steps:
        raise errors.NobodyDecides
    _expire_lapsed(kind, subject.pk)
    approval = Approval(
        hospital=subject.hospital, department_id=department_id, owner=owner, kind=kind.code,
        subject_type=kind.subject_type, subject_id=subject.pk, title=title[:MAX_TITLE], amount_fen=amount_fen,
        requester=requester, note=note, content=dict(content or {}),
        expires_at=expires_at or (now + kind.expires_after if kind.expires_after else None),
    )  # fmt: skip
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:
        if "approval_open_once" not in str(error):
            raise
        raise errors.ApprovalOpen from error
    open_step(approval, _write_steps(approval, kind, steps)[0])
    return approval


def _write_steps(approval: Approval, kind: ApprovalKind, steps: Sequence[Step]) -> list[ApprovalStep]:
    codes = [step.role for step in steps if step.role]
    roles = dict(Role.objects.filter(hospital=None, code__in=codes).values_list("code", "pk"))
    by_duty = duty_of(approval.hospital_id, kind.work).executor_role_id
    return ApprovalStep.objects.bulk_create(
        ApprovalStep(
            approval=approval, number=number, code=step.code, hospital_id=approval.hospital_id,
            department_id=approval.department_id if step.permission or step.local else None,
            owner=approval.owner if step.permission else None, permission=step.permission,
            role_id=None if step.permission else (roles[step.role] if step.role else by_duty),
        )
        for number, step in enumerate(steps, start=1)
    )  # fmt: skip


def open_step(approval: Approval, step: ApprovalStep, *, barred: Iterable[UUID] = ()) -> None:
    """The step waits for a decision, and is work of who may take it; `barred`: who has decided before."""
    STEPS.move(step, StepState.OPEN)
    kept_out = records_of_persons([*barred, *([approval.requester_id] if approval.requester_id else [])])
    owner = step.owner
    is_theirs = owner is not None and owner.pk not in kept_out and owner.status == StaffState.ACTIVE
    open_item(
        APPROVALS[approval.kind].work, hospital=approval.hospital, subject_type=SUBJECT, subject_id=approval.pk,
        title=approval.title, department_id=step.department_id, executor=owner if is_theirs else None,
        executor_role_id=step.role_id, barred=kept_out,
    )  # fmt: skip


@transaction.atomic
def withdraw(approval: Approval, *, by: StaffMember, reason: str = "") -> Approval:
    """Who asked does not want it any more. PermissionDenied for anybody else, StateConflict."""
    current = lock_one(Approval.objects, pk=approval.pk)
    if current.requester_id != by.pk:
        raise PermissionDenied
    check_open(current)
    _end(current, ApprovalState.WITHDRAWN, reason)
    return current


@transaction.atomic
def end_for(kind: ApprovalKind, subject_id: UUID, *, reason: str) -> None:
    """What was asked for has come about, or is gone, without a decision; nothing where none is open."""
    open_ones = Approval.objects.filter(kind=kind.code, subject_id=subject_id, state=ApprovalState.REQUESTED)
    current = open_ones.select_for_update(no_key=True).first()
    if current is not None:
        _end(current, ApprovalState.WITHDRAWN, reason)


def check_open(approval: Approval) -> None:
    """StateConflict unless it waits for a decision; what has lapsed does not, swept or not."""
    if approval.state != ApprovalState.REQUESTED:
        raise StateConflict(current=approval.state)
    if approval.expires_at is not None and approval.expires_at <= clock.now():
        raise StateConflict(current=ApprovalState.EXPIRED)


def expire_due(*, limit: int) -> int:
    """End up to `limit` approvals that nobody decided on in time; returns how many. Each in its own transaction."""
    due = Approval.objects.filter(state=ApprovalState.REQUESTED, expires_at__lte=clock.now())
    ended = 0
    for pk in list(due.order_by("expires_at").values_list("pk", flat=True)[:limit]):
        try:
            ended += _expire(pk)
        except Exception:
            logger.exception("approval %s cannot expire", pk)  # the others do
    return ended


@transaction.atomic
def _expire(pk: UUID) -> bool:
    current = lock_one(Approval.objects, pk=pk)
    if current.state != ApprovalState.REQUESTED:
        return False
    _end(current, ApprovalState.EXPIRED, "")
    return True


def _expire_lapsed(kind: ApprovalKind, subject_id: UUID) -> None:
    """What nobody decided on in time does not stand in the way of asking again."""
    open_ones = Approval.objects.filter(kind=kind.code, subject_id=subject_id, state=ApprovalState.REQUESTED)
    for pk in open_ones.filter(expires_at__lte=clock.now()).values_list("pk", flat=True):
        _expire(pk)


def _end(approval: Approval, state: ApprovalState, reason: str) -> None:
    """Without a decision: nobody has to do anything any more."""
    skip_steps(approval)
    APPROVAL.move(approval, state, reason=reason, ended_at=clock.now())
    kind = APPROVALS.get(approval.kind)
    close_item(kind.work if kind else None, subject_id=approval.pk, outcome=reason, withdrawn=True)
    if kind is not None:
        kind.on_ended(approval)
    publish(ApprovalEnded(approval.hospital_id, approval.pk, state))


def skip_steps(approval: Approval) -> None:
    """Nobody decides on what is left."""
    for step in approval.steps.filter(state__in=(StepState.OPEN, StepState.WAITING)).order_by("number"):
        STEPS.move(step, StepState.SKIPPED)
