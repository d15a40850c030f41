"""重新打开结账: asked for by one person with a reason, agreed to by another (rules 34 and 35)."""

from typing import ClassVar

from django.db import transaction

from apps.cashier.work import REOPENING
from apps.identity.models import StaffMember
from apps.payments.errors import MonthClosed, NotNewestClose
from apps.payments.services import closing
from apps.payments.types import DailyClose, MonthlyClose
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import request_approval
from kernel.errors import StateConflict

_SECOND = Step("second", "另一人审批", "A second person", permission="cashier.daily_close.approve_reopen")


class DayReopening(ApprovalKind):
    """Of a daily close."""

    code: ClassVar[str] = "cashier.reopen_day"
    zh: ClassVar[str] = "重新打开日结"
    en: ClassVar[str] = "Reopen a daily close"
    subject_type: ClassVar[str] = "payments.dailyclose"
    ladder: ClassVar[tuple[Step, ...]] = (_SECOND,)
    work: ClassVar[WorkKind] = REOPENING

    def on_approved(self, approval: Approval) -> None:
        """It is open from now on."""
        _reopen(DailyClose, approval)

    def on_rejected(self, approval: Approval) -> None:
        """It stays closed."""


class MonthReopening(ApprovalKind):
    """Of a monthly close."""

    code: ClassVar[str] = "cashier.reopen_month"
    zh: ClassVar[str] = "重新打开月结"
    en: ClassVar[str] = "Reopen a monthly close"
    subject_type: ClassVar[str] = "payments.monthlyclose"
    ladder: ClassVar[tuple[Step, ...]] = (_SECOND,)
    work: ClassVar[WorkKind] = REOPENING

    def on_approved(self, approval: Approval) -> None:
        """It is open from now on."""
        _reopen(MonthlyClose, approval)

    def on_rejected(self, approval: Approval) -> None:
        """It stays closed."""


KINDS = (DayReopening(), MonthReopening())


@transaction.atomic
def ask_to_reopen(
    row: DailyClose | MonthlyClose, *, by: StaffMember, reason: str
) -> DailyClose | MonthlyClose:
    """The newest close is to be reopened; somebody else has to agree. StateConflict, NotNewestClose, MonthClosed,
    ApprovalOpen."""
    closing.check_newest(row)
    kind = KINDS[isinstance(row, MonthlyClose)]
    period = row.month if isinstance(row, MonthlyClose) else row.business_date.isoformat()
    approval = request_approval(kind, subject=row, requester=by, note=reason, title=f"{kind.zh} {period}")
    closing.note_reopening(row, approval=approval, reason=reason)
    row.refresh_from_db()
    return row


def _reopen(model: type[DailyClose] | type[MonthlyClose], approval: Approval) -> None:
    by = approval.decided_by
    if by is None:
        raise TypeError("nobody has decided")
    try:
        closing.reopen(model._default_manager.get(pk=approval.subject_id), by=by)
    except (NotNewestClose, MonthClosed) as error:  # another period was closed meanwhile
        raise StateConflict(current=error.code) from error
