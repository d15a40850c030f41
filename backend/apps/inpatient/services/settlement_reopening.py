"""撤销出院结算: on the day on which it ended, or while HIS refuses; asked for by one person, agreed to by another."""

import datetime as dt
from typing import ClassVar

from django.db import transaction

from apps.identity.models import StaffMember
from apps.inpatient import errors
from apps.inpatient.models import DischargeSettlement
from apps.inpatient.selectors.deposits import account_of
from apps.inpatient.services.settlement_work import open_work
from apps.inpatient.services.settling import is_stuck, lock_stay
from apps.inpatient.states import SETTLEMENTS, SettlementState
from apps.inpatient.work import REOPENING
from apps.payments.services.ledger import Account, AccountKind
from apps.prepaid.services import engine
from apps.worklist.approvals import ApprovalKind, Step
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import request_approval
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one


class SettlementReopening(ApprovalKind):
    """Of a settlement."""

    code: ClassVar[str] = "inpatient.reopen_settlement"
    zh: ClassVar[str] = "撤销出院结算"
    en: ClassVar[str] = "Reopen a settlement"
    subject_type: ClassVar[str] = "inpatient.dischargesettlement"
    ladder: ClassVar[tuple[Step, ...]] = (
        Step("second", "另一人审批", "A second person", permission="inpatient.settlement.approve_reopen"),
    )
    work: ClassVar[WorkKind] = REOPENING

    def on_approved(self, approval: Approval) -> None:
        """What was taken out of the deposit is back in it. ReopenTooLate."""
        _reopen(approval)

    def on_rejected(self, approval: Approval) -> None:
        """It stands."""


KIND = SettlementReopening()
_DAY = dt.timedelta(days=1)


@transaction.atomic
def ask_to_reopen(row: DischargeSettlement, *, by: StaffMember, reason: str) -> DischargeSettlement:
    """Somebody else has to agree, today. StateConflict, ReopenTooLate, ApprovalOpen."""
    found = DischargeSettlement.objects.select_related("hospital", "admission").get(pk=row.pk)
    _check(found)
    approval = request_approval(
        KIND, subject=found, requester=by, note=reason, department_id=found.department_id,
        title=f"{KIND.zh} {found.settlement_no}", expires_at=clock.local(clock.today() + _DAY, dt.time()),
    )  # fmt: skip
    current = lock_one(DischargeSettlement.objects.select_related("hospital", "admission"), pk=row.pk)
    _check(current)  # approvals are locked before settlements, by who decides, too
    current.approval, current.reopen_reason, current.updated_at = approval, reason, clock.now()
    current.version += 1
    current.save(update_fields=["approval", "reopen_reason", "updated_at", "version"])
    return current


def _check(row: DischargeSettlement) -> None:
    """StateConflict: not settled, or money is on its way back; ReopenTooLate."""
    if not (
        row.state == SettlementState.SETTLED or (row.state == SettlementState.RETURNING and is_stuck(row))
    ):
        raise StateConflict(current=row.state, target=SettlementState.REOPENED)
    if row.ended_at is not None and row.ended_at.astimezone(clock.LOCAL).date() != clock.today():
        raise errors.ReopenTooLate


def _reopen(approval: Approval) -> None:
    found = DischargeSettlement.objects.select_related("admission").get(pk=approval.subject_id)
    stay = lock_stay(found.admission)
    row = lock_one(DischargeSettlement.objects, pk=found.pk)
    _check(row)
    SETTLEMENTS.move(row, SettlementState.REOPENED, reopened_at=clock.now(), reopened_by=approval.decided_by)
    if row.own_fen:
        engine.top_up(
            hospital_id=row.hospital_id, account=account_of(stay.pk), amount_fen=row.own_fen,
            key=f"reopened:{row.pk}", source="", paid_from=Account(AccountKind.REVENUE),
        )  # fmt: skip
    open_work(stay)
