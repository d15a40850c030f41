"""采用另一份对方账单: where a bill of the day has a result, a person's file counts only if another person agrees."""

from typing import ClassVar

from django.db import transaction

from apps.identity.models import StaffMember
from apps.reconciliation.models import SuppliedBill
from apps.reconciliation.states import BILLS, RESULTS, BillState
from apps.reconciliation.work import SETTLEMENT
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import end_for, request_approval
from apps.worklist.states import ApprovalState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.locks import lock_one

_SECOND = Step("second", "另一人审批", "A second person", permission="reconciliation.difference.approve")
NOT_AGREED = "not_agreed"
#: What nobody asked for by name, as a file that was put over a result.
_HANDED_IN = "该日已有对账结果,上传了另一份账单"


class BillHold(ApprovalKind):
    """Of a bill that was handed in. A worker matches the day with it after the approval."""

    code: ClassVar[str] = "reconciliation.another_bill"
    zh: ClassVar[str] = "采用另一份对方账单"
    en: ClassVar[str] = "Let another bill count"
    subject_type: ClassVar[str] = "reconciliation.suppliedbill"
    ladder: ClassVar[tuple[Step, ...]] = (_SECOND,)
    work: ClassVar[WorkKind] = SETTLEMENT

    def on_approved(self, approval: Approval) -> None:
        """It is checked once more, and counts."""
        bill = _held(approval)
        if bill is not None:
            BILLS.move(bill, BillState.CHECKING, due_at=clock.now(), tries=0)
            leases.wake(SuppliedBill, bill.pk)

    def on_rejected(self, approval: Approval) -> None:
        """What counted before goes on counting."""
        self._refuse(approval)

    def on_ended(self, approval: Approval) -> None:
        """Withdrawn: the same."""
        self._refuse(approval)

    def _refuse(self, approval: Approval) -> None:
        bill = _held(approval)
        if bill is not None and bill.run_id is not None:  # it counted once, and stays what it was
            BILLS.move(bill, BillState.TAKEN)
        elif bill is not None:
            BILLS.move(bill, BillState.REFUSED, findings=[{"code": NOT_AGREED}], checked_at=clock.now())


KIND = BillHold()


def _held(approval: Approval) -> SuppliedBill | None:
    """The bill, unless its own counterparty has sent it meanwhile."""
    bill = lock_one(SuppliedBill.objects, pk=approval.subject_id)
    return bill if bill.state == BillState.HELD and bill.approval_id == approval.pk else None


def may_replace(bill: SuppliedBill) -> bool:
    """Whether it counts instead of a bill that has a result: sent by the counterparty's program, too, or agreed to."""
    if bill.approval is None:
        return bill.partner_id is not None
    return bool(bill.approval.state == ApprovalState.APPROVED)


@transaction.atomic
def hold(bill: SuppliedBill) -> None:
    """It waits for another person. ApprovalOpen, StateConflict."""
    BILLS.move(bill, BillState.HELD, due_at=None, findings=[])
    _ask(bill, bill.by, _HANDED_IN)


@transaction.atomic
def ask_to_count(bill: SuppliedBill, *, by: StaffMember, reason: str) -> SuppliedBill:
    """A bill that counted once is to count again; another person has to agree. StateConflict, ApprovalOpen.

    StateConflict `counts` for the one that counts.
    """
    row = lock_one(SuppliedBill.objects.select_related("hospital"), pk=bill.pk)
    if row.state != BillState.TAKEN:
        raise StateConflict(current=row.state)
    if row.run is not None and row.run.state in RESULTS:
        raise StateConflict(current="counts")
    BILLS.move(row, BillState.HELD)
    _ask(row, by, reason)
    return row


def drop(bill: SuppliedBill) -> None:
    """Nobody has to agree any more: the counterparty's own program has sent it."""
    end_for(KIND, bill.pk, reason="对方已自行提交同一账单")
    bill.refresh_from_db()


def _ask(bill: SuppliedBill, by: StaffMember | None, note: str) -> None:
    title = f"{KIND.zh} {bill.account_name} {bill.business_date}"
    approval = request_approval(KIND, subject=bill, requester=by, note=note, title=title)
    SuppliedBill.objects.filter(pk=bill.pk).update(approval=approval)
    bill.approval = approval
