"""How a difference is settled: by new entries that name it, never by changing what was recorded (rule 33)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.payments.services.ledger import Account, AccountKind, Movement, post
from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.models import Action, Difference
from apps.reconciliation.services.results import close_work, lock_account, open_work, settle_run
from apps.reconciliation.states import DIFFERENCES, DifferenceState, RunState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.locks import lock_one, lock_rows

#: Where the other side of the money goes, by the action: (more than we believed, less than we believed).
_ACCOUNTS: Mapping[str, tuple[AccountKind, AccountKind]] = {
    Action.WRITE_OFF: (AccountKind.DIFFERENCES, AccountKind.DIFFERENCES),
    Action.TAKE_UP: (AccountKind.OVER_SUSPENSE, AccountKind.SHORT_RECEIVABLE),
}
#: `outcome` of what a corrected bill has no more.
CORRECTED_BILL = "corrected_bill"


def settle(difference_id: UUID) -> None:
    """Do what was proposed and approved; in the transaction of the approval. StateConflict if it is over meanwhile."""
    lock_account(Difference.objects.values_list("run__account_id", flat=True).get(pk=difference_id))
    row = lock_one(Difference.objects.select_related("run"), pk=difference_id)
    if row.state != DifferenceState.PROPOSED:
        raise StateConflict(current=row.state)
    _HOW.get(row.action, _post_and_end)(row)


def _post_and_end(row: Difference) -> None:
    _post(row, f"difference:{row.pk}:{row.version}", row.effect_fen)
    _end(row)


def _link(row: Difference) -> None:
    """All of them together come to nothing: they are one movement that was told in parts."""
    others = lock_rows(Difference.objects.select_related("run").filter(pk__in=row.linked_ids))
    for other in others:
        if other.state != DifferenceState.OPEN:
            raise StateConflict(current=other.state)
        _end(other, linked_ids=[row.pk])
    _end(row)


def _tell(row: Difference) -> None:
    """A worker asks HIS, after this transaction; `examine` says what came of it."""
    DIFFERENCES.move(row, DifferenceState.EXAMINING, due_at=clock.now(), tries=0)
    close_work(row, row.reason)
    leases.wake(Difference, row.pk)


def _carry(row: Difference) -> None:
    DIFFERENCES.move(row, DifferenceState.PENDING)
    close_work(row, "结转待查")


def _end(row: Difference, **changes: Any) -> None:
    DIFFERENCES.move(row, DifferenceState.DONE, settled_at=clock.now(), due_at=None, **changes)
    close_work(row, row.reason)
    settle_run(row.run)


def _post(row: Difference, key: str, effect_fen: int) -> None:
    """The counterparty holds what it says it holds; the other side is a difference, or waits to be explained.

    It is about the day of the bill: where that is closed, the posting says which day it corrects.
    """
    accounts, holding = _ACCOUNTS.get(row.action), counterparty_of(row.run).holding(row)
    if accounts is None or holding is None or effect_fen == 0:
        return
    other = accounts[0] if row.effect_fen > 0 else accounts[1]
    owner = row.channel if other == AccountKind.SHORT_RECEIVABLE else ""
    post(
        hospital_id=row.hospital_id, key=key, kind="difference", order_id=row.order_id, note=row.reason,
        about=row.business_date,
        movements=[
            Movement(holding, effect_fen),
            Movement(Account(other, owner), -effect_fen),
        ],
    )  # fmt: skip


@transaction.atomic
def undo(row: Difference, *, reason: str) -> Difference:
    """Take a settlement back: a contra entry, and the difference is open again. StateConflict.

    One that a corrected bill has no more is over then.
    """
    lock_account(row.run.account_id)
    current = lock_one(Difference.objects.select_related("run", "hospital"), pk=row.pk)
    if current.state != DifferenceState.DONE or not current.action:
        raise StateConflict(current=current.state)
    for other in lock_rows(
        Difference.objects.select_related("run", "hospital").filter(linked_ids=[current.pk])
    ):
        _reopen(other, reason)
    _post(current, f"difference_undone:{current.pk}:{current.version}", -current.effect_fen)
    _reopen(current, reason)
    return current


def _reopen(row: Difference, reason: str) -> None:
    gone = row.run.state == RunState.SUPERSEDED
    DIFFERENCES.move(
        row, DifferenceState.WITHDRAWN if gone else DifferenceState.OPEN, settled_at=None, action="", linked_ids=[],
        approval=None, proposed_by=None, reason_code="", reason=reason, outcome=CORRECTED_BILL if gone else "undone",
    )  # fmt: skip
    if gone:
        close_work(row, reason)
        return
    open_work(row)
    settle_run(row.run)


_HOW: Mapping[str, Callable[[Difference], None]] = {
    Action.LINK: _link, Action.CARRY_FORWARD: _carry, Action.TELL_HIS: _tell,
    Action.WITHDRAW_HIS: _tell,
}  # fmt: skip
