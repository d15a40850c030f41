"""审批: a decision on the step that is open; the last one is the approval's. A step is decided on once."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.access.actor import actor_of
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.worklist import errors
from apps.worklist.approvals import APPROVALS, ApprovalKind
from apps.worklist.contents import completed
from apps.worklist.events import ApprovalEnded
from apps.worklist.models import Approval, ApprovalStep
from apps.worklist.selectors.approvals import may_decide
from apps.worklist.services.approvals import check_open, open_step, skip_steps
from apps.worklist.services.items import close_item
from apps.worklist.states import APPROVAL, STEPS, ApprovalState, StepState
from kernel import clock
from kernel.errors import REQUIRED, InvalidValue, PermissionDenied, StaleVersion
from kernel.locks import lock_one, save_version
from kernel.outbox.events import publish


@transaction.atomic
def approve(
    approval: Approval,
    *,
    by: StaffMember,
    version: int,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Approval:
    """Agree to the open step of what was read at `version`, with `changes` completed in its content first.

    The last step decides: `on_approved` runs in this transaction. StateConflict, StaleVersion, ApproverIsRequester,
    ApproverDecidedBefore, ApprovalKindGone, PermissionDenied (not this person's to decide), InvalidValue (a change
    that is not allowed).
    """
    current, step, kind = _to_decide(approval, by=by, version=version)
    if changes:
        current.content = completed(kind.fields, current.content, changes)
    _decide(current, step, StepState.APPROVED, by=by, reason=reason, content=changes)
    following = current.steps.filter(state=StepState.WAITING).order_by("number").first()
    if following is None:
        _end(current, ApprovalState.APPROVED, by=by, reason=reason)
        kind.on_approved(current)
    else:
        save_version(current, ["content"], version=version)
        open_step(current, following, barred=_deciders(current))
    return current


@transaction.atomic
def reject(approval: Approval, *, by: StaffMember, version: int, reason: str) -> Approval:
    """Refuse the open step, and with it the whole; `on_rejected` runs in this transaction.

    Errors as `approve`; InvalidValue without a reason, where the kind wants one.
    """
    current, step, kind = _to_decide(approval, by=by, version=version)
    if kind.needs_reason and not reason.strip():
        raise InvalidValue(field="reason", expected=REQUIRED)
    _decide(current, step, StepState.REJECTED, by=by, reason=reason, content=None)
    skip_steps(current)
    _end(current, ApprovalState.REJECTED, by=by, reason=reason)
    kind.on_rejected(current)
    return current


def _to_decide(
    approval: Approval, *, by: StaffMember, version: int
) -> tuple[Approval, ApprovalStep, ApprovalKind]:
    """The approval under its lock, the step that is open and the kind, if this person may decide on it."""
    current = lock_one(Approval.objects, pk=approval.pk)
    check_open(current)
    if current.version != version:
        raise StaleVersion
    own = records_of_persons([by.pk])
    if current.requester_id in own:
        raise errors.ApproverIsRequester
    if _deciders(current) & own:
        raise errors.ApproverDecidedBefore
    step = current.steps.get(state=StepState.OPEN)
    if by.user is None or not may_decide(step, actor_of(by.user)):
        raise PermissionDenied
    kind = APPROVALS.get(current.kind)
    if kind is None:
        raise errors.ApprovalKindGone
    return current, step, kind


def _deciders(approval: Approval) -> set[Any]:
    return set(approval.steps.exclude(decided_by=None).values_list("decided_by", flat=True))


def _decide(
    approval: Approval,
    step: ApprovalStep,
    state: StepState,
    *,
    by: StaffMember,
    reason: str,
    content: Mapping[str, Any] | None,
) -> None:
    written = dict(content) if content else None
    STEPS.move(step, state, decided_by=by, decided_at=clock.now(), reason=reason, content=written)
    close_item(APPROVALS[approval.kind].work, subject_id=approval.pk, outcome=reason, staff=by)


def _end(approval: Approval, state: ApprovalState, *, by: StaffMember, reason: str) -> None:
    APPROVAL.move(
        approval, state, content=approval.content, decided_by=by, reason=reason, ended_at=clock.now()
    )
    publish(ApprovalEnded(approval.hospital_id, approval.pk, state))
