"""申诉: the patient explains, staff decide; accepting lifts the suspension at once."""

from typing import ClassVar

from django.db import IntegrityError, transaction

from apps.identity.models import StaffMember, WeChatAccount
from apps.scheduling import errors
from apps.scheduling.events import AppealDecided
from apps.scheduling.models import BookingSuspension, SuspensionAppeal
from apps.scheduling.services.suspend import lift
from apps.scheduling.states import APPEALS, AppealState
from apps.scheduling.work import APPEAL
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services import approval_decisions
from apps.worklist.services.approvals import request_approval
from kernel import clock
from kernel.outbox.events import publish


class AppealApproval(ApprovalKind):
    """One step; the patient is told of the decision, with or without a note."""

    code: ClassVar[str] = "scheduling.suspension_appeal"
    zh: ClassVar[str] = "停约申诉"
    en: ClassVar[str] = "Appeal against a suspension"
    subject_type: ClassVar[str] = "scheduling.suspension_appeal"
    ladder: ClassVar[tuple[Step, ...]] = (
        Step("window", "窗口处理", "The window", permission="scheduling.suspension.decide"),
    )
    work: ClassVar[WorkKind] = APPEAL
    needs_reason: ClassVar[bool] = False

    def on_approved(self, approval: Approval) -> None:
        """The suspension is lifted, if it still stands."""
        found = _move(approval, AppealState.ACCEPTED)
        suspension = BookingSuspension.objects.get(pk=found.suspension_id)
        if suspension.lifted_at is None and suspension.until > clock.now():
            lift(suspension, staff_id=approval.decided_by_id, reason=approval.reason)

    def on_rejected(self, approval: Approval) -> None:
        """The suspension stays."""
        _move(approval, AppealState.REJECTED)


KIND = AppealApproval()


def appeal(suspension: BookingSuspension, *, account: WeChatAccount, text: str) -> SuspensionAppeal:
    """Appeal against a suspension that is in force. SuspensionOver, AppealOpen."""
    if suspension.lifted_at is not None or suspension.until <= clock.now():
        raise errors.SuspensionOver
    made = SuspensionAppeal(
        hospital=suspension.hospital, patient_id=suspension.patient_id, suspension=suspension, account=account,
        text=text,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.approval = request_approval(
                KIND, subject=made, requester=None, note=text, title=f"停约申诉 {suspension.patient.name}"
            )
            made.save(force_insert=True)
    except IntegrityError as error:
        raise errors.AppealOpen from error
    return made


@transaction.atomic
def decide(found: SuspensionAppeal, *, accept: bool, by: StaffMember, note: str) -> SuspensionAppeal:
    """Accept (the suspension is lifted, if it still stands) or reject an open appeal; the patient is told.

    StateConflict, PermissionDenied.
    """
    approval = found.approval
    decision = approval_decisions.approve if accept else approval_decisions.reject
    decision(approval, by=by, version=approval.version, reason=note)
    found.refresh_from_db()
    return found


def _move(approval: Approval, state: AppealState) -> SuspensionAppeal:
    found = SuspensionAppeal.objects.get(pk=approval.subject_id)
    APPEALS.move(found, state, expect=AppealState.OPEN)
    publish(AppealDecided(found.hospital_id, found.pk, found.patient_id, account_id=found.account_id))
    return found
