"""结转缺失账单: two persons close a day without a bill that does not come for three working days (rule 35)."""

import datetime as dt
from typing import ClassVar

from django.db import transaction
from django.db.models import F

from apps.identity.models import StaffMember
from apps.identity.services.working_time import working_time
from apps.reconciliation.errors import BillMayCome
from apps.reconciliation.models import ReconciliationRun
from apps.reconciliation.states import RunState
from apps.reconciliation.work import SETTLEMENT
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import request_approval
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one

WAITED_DAYS = 3
WITHOUT_BILL = (RunState.WAITING_BILL, RunState.FAILED)
_SECOND = Step("second", "另一人审批", "A second person", permission="reconciliation.difference.approve")


class BillCarry(ApprovalKind):
    """Of a run. The run goes on waiting: what its bill says one day is reconciled then."""

    code: ClassVar[str] = "reconciliation.carry_bill"
    zh: ClassVar[str] = "结转缺失账单"
    en: ClassVar[str] = "Close without a bill"
    subject_type: ClassVar[str] = "reconciliation.reconciliationrun"
    ladder: ClassVar[tuple[Step, ...]] = (_SECOND,)
    work: ClassVar[WorkKind] = SETTLEMENT

    def on_approved(self, approval: Approval) -> None:
        """It keeps its day open no more."""
        row = lock_one(ReconciliationRun.objects, pk=approval.subject_id)
        if row.state in WITHOUT_BILL and row.carried_at is None:
            ReconciliationRun.objects.filter(pk=row.pk).update(
                carried_at=clock.now(), version=F("version") + 1, updated_at=clock.now()
            )

    def on_rejected(self, approval: Approval) -> None:
        """The day waits for it."""


KIND = BillCarry()


@transaction.atomic
def ask_to_carry(run: ReconciliationRun, *, by: StaffMember, reason: str) -> ReconciliationRun:
    """The day is to be closed without this bill; another person has to agree.

    StateConflict, BillMayCome, ApprovalOpen.
    """
    row = lock_one(ReconciliationRun.objects.select_related("hospital"), pk=run.pk)
    if row.state not in WITHOUT_BILL or row.carried_at is not None:
        raise StateConflict(current="carried" if row.carried_at else row.state)
    begin = clock.local(row.business_date, dt.time(12))
    until = working_time(row.hospital, begin).after_days(begin, WAITED_DAYS)
    if clock.now() < until:
        raise BillMayCome(until=until.astimezone(clock.LOCAL).isoformat(timespec="seconds"))
    title = f"{KIND.zh} {row.account_name} {row.business_date}"
    approval = request_approval(KIND, subject=row, requester=by, note=reason, title=title)
    ReconciliationRun.objects.filter(pk=row.pk).update(carry_approval=approval)
    row.carry_approval = approval
    return row
