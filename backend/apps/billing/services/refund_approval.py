"""退费审批: the doctor of the bills, or who decides for the department, before the money of a request goes back."""

from typing import ClassVar

from apps.billing.models import RefundRequest
from apps.billing.services.refund_work import close_execution, open_execution, title_of
from apps.billing.states import REFUND_REQUESTS, RefundRequestState
from apps.billing.work import REFUND_APPROVAL
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.errors import ApprovalOpen
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import request_approval
from kernel.errors import StateConflict


class RefundApproval(ApprovalKind):
    """One step; a card's balance needs none, and may be decided on all the same."""

    code: ClassVar[str] = "billing.refund"
    zh: ClassVar[str] = "退费"
    en: ClassVar[str] = "Refund"
    subject_type: ClassVar[str] = "billing.refund_request"
    ladder: ClassVar[tuple[Step, ...]] = (
        Step("doctor", "医生审批", "The doctor", permission="billing.refund_request.approve"),
    )
    work: ClassVar[WorkKind] = REFUND_APPROVAL

    def on_approved(self, approval: Approval) -> None:
        """The clerk may execute it."""
        _move(approval, RefundRequestState.APPROVED)

    def on_rejected(self, approval: Approval) -> None:
        """The money stays."""
        _move(approval, RefundRequestState.REJECTED)

    def on_ended(self, approval: Approval) -> None:
        """The money stays."""
        _move(approval, RefundRequestState.WITHDRAWN)


KIND = RefundApproval()


def ask_doctor(request: RefundRequest) -> Approval:
    """The doctor of the bills has to decide on a request that is being made, or that nobody had to decide on."""
    return request_approval(
        KIND, subject=request, requester=request.requested_by, amount_fen=request.amount_fen, note=request.reason,
        title=title_of(request), department_id=request.department_id,
        owner=request.practitioner,
    )  # fmt: skip


def approval_of(request: RefundRequest) -> Approval:
    """The approval of a request; asked for now, where nobody had to decide but somebody does. StateConflict."""
    if request.approval is not None:
        return request.approval
    if request.state != RefundRequestState.REQUESTED:
        raise StateConflict(current=request.state)
    try:
        approval = ask_doctor(request)
    except ApprovalOpen as error:  # somebody else is deciding this very moment
        raise StateConflict from error
    request.approval = approval
    request.save(update_fields=["approval"])
    return approval


def _move(approval: Approval, state: RefundRequestState) -> None:
    request = RefundRequest.objects.select_related("hospital", "order").get(pk=approval.subject_id)
    REFUND_REQUESTS.move(request, state)
    if state == RefundRequestState.APPROVED:
        open_execution(request)
    else:
        close_execution(request, withdrawn=True)
