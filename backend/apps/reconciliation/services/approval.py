"""审批对账差异的处理: whoever proposed how a difference is settled never approves it (rules 34 and 38)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from apps.reconciliation.models import Action, Difference
from apps.reconciliation.services.results import lock_account
from apps.reconciliation.services.settle import settle
from apps.reconciliation.settings import HEAD_FEN, SUPERVISOR_FEN
from apps.reconciliation.states import DIFFERENCES, DifferenceState
from apps.reconciliation.work import SETTLEMENT
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval

_SUPERVISOR = Step("supervisor", "主管审批", "The supervisor", permission="reconciliation.difference.approve")
_HEAD = Step(
    "head", "财务主管审批", "The head of finance", permission="reconciliation.difference.approve_large"
)
_SECOND = Step(
    "second_head",
    "另一名财务主管审批",
    "Another head of finance",
    permission="reconciliation.difference.approve_large",
)


class SettlementApproval(ApprovalKind):
    """One step, or two of different people above the hospital's limit; money that is given up has the limits."""

    code: ClassVar[str] = "reconciliation.settlement"
    zh: ClassVar[str] = "对账差异处理"
    en: ClassVar[str] = "Settlement of a difference"
    subject_type: ClassVar[str] = "reconciliation.difference"
    ladder: ClassVar[tuple[Step, ...]] = (_SUPERVISOR, _HEAD, _SECOND)
    work: ClassVar[WorkKind] = SETTLEMENT

    def steps(self, subject: Any, amount_fen: int | None) -> Sequence[Step]:
        """By the amount that leaves the books: of a write-off all of it, of anything else nothing."""
        amount = (amount_fen or 0) if subject.action == Action.WRITE_OFF else 0
        if amount <= SUPERVISOR_FEN.of(subject.hospital):
            return (_SUPERVISOR,)
        return (_HEAD,) if amount <= HEAD_FEN.of(subject.hospital) else (_HEAD, _SECOND)

    def on_approved(self, approval: Approval) -> None:
        """It is settled so."""
        settle(approval.subject_id)

    def on_rejected(self, approval: Approval) -> None:
        """Somebody has to think again."""
        self._open_again(approval)

    def on_ended(self, approval: Approval) -> None:
        """Withdrawn: somebody has to think again."""
        self._open_again(approval)

    def _open_again(self, approval: Approval) -> None:
        row = Difference.objects.select_related("run").get(pk=approval.subject_id)
        lock_account(row.run.account_id)
        row.refresh_from_db()
        if row.state == DifferenceState.PROPOSED:
            DIFFERENCES.move(row, DifferenceState.OPEN, action="", linked_ids=[])


KIND = SettlementApproval()
