"""Somebody says how a difference should be settled; nothing moves before another person agrees."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from apps.identity.models import StaffMember
from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.errors import (
    CARRIED_AHEAD,
    NOT_PROPOSED,
    OF_COUNTERPARTY,
    WITHOUT_MONEY,
    NotLinkable,
)
from apps.reconciliation.models import Action, Difference, DifferenceKind, ReasonCode
from apps.reconciliation.services.approval import KIND
from apps.reconciliation.services.results import lock_account, title_of
from apps.reconciliation.states import DIFFERENCES, DifferenceState
from apps.worklist.services.approvals import request_approval
from kernel.errors import REQUIRED, InvalidValue, StateConflict
from kernel.expectations import ANOTHER, UNKNOWN
from kernel.locks import lock_one

MAX_CARRIED_DAYS = 7
#: What HIS is told, by what is wrong with it.
_TOLD = {
    Action.TELL_HIS: (DifferenceKind.MISSING_THEIRS, DifferenceKind.STATE),
    Action.WITHDRAW_HIS: (DifferenceKind.MISSING_OURS,),
}


@transaction.atomic
def propose(
    difference: Difference,
    *,
    by: StaffMember,
    action: Action,
    reason: str,
    reason_code: ReasonCode = ReasonCode.OTHER,
    linked_ids: Sequence[UUID] = (),
    carried_until: dt.date | None = None,
) -> Difference:
    """Propose how an open difference is settled. StateConflict, InvalidValue, NotLinkable."""
    lock_account(difference.run.account_id)
    row = lock_one(Difference.objects.select_related("hospital", "run"), pk=difference.pk)
    if row.state != DifferenceState.OPEN:
        raise StateConflict(current=row.state)
    if action not in counterparty_of(row.run).actions:
        raise InvalidValue(field="action", expected=OF_COUNTERPARTY)
    effects = _known(row, linked_ids)
    if action == Action.LINK:
        _check_linked(row, linked_ids, effects)
    elif action == Action.CARRY_FORWARD:
        _check_carried(row, carried_until)
    elif action in _TOLD and (
        row.kind not in _TOLD[action] or not counterparty_of(row.run).allows(row, action)
    ):
        raise InvalidValue(field="action", expected=OF_COUNTERPARTY)
    elif action == Action.VOID_TEST and row.effect_fen:
        raise InvalidValue(field="action", expected=WITHOUT_MONEY)
    DIFFERENCES.move(
        row, DifferenceState.PROPOSED, action=action, reason_code=reason_code, reason=reason, proposed_by=by,
        linked_ids=list(linked_ids) if action == Action.LINK else [],
        carried_until=carried_until if action == Action.CARRY_FORWARD else row.carried_until,
    )  # fmt: skip
    approval = request_approval(
        KIND, subject=row, requester=by, note=reason, amount_fen=abs(row.effect_fen),
        title=title_of(row),
    )  # fmt: skip
    Difference.objects.filter(pk=row.pk).update(approval=approval)
    row.approval = approval
    return row


def _known(row: Difference, linked_ids: Sequence[UUID]) -> list[int]:
    """Effects of the named differences, all of them open, of the same account and in no other proposal."""
    account = Difference.objects.filter(run__account_id=row.run.account_id, counterparty=row.counterparty)
    others = account.filter(pk__in=set(linked_ids), state=DifferenceState.OPEN)
    proposed = account.filter(state=DifferenceState.PROPOSED, linked_ids__overlap=list(linked_ids))
    if linked_ids and proposed.exists():
        raise InvalidValue(field="linked_ids", expected=NOT_PROPOSED)
    found = list(others.values_list("effect_fen", flat=True))
    if len(found) != len(set(linked_ids)):
        raise InvalidValue(field="linked_ids", expected=UNKNOWN)
    return found


def _check_linked(row: Difference, linked_ids: Sequence[UUID], effects: Sequence[int]) -> None:
    """Others, which together with this one come to nothing."""
    if not linked_ids:
        raise InvalidValue(field="linked_ids", expected=REQUIRED)
    if row.pk in linked_ids:
        raise InvalidValue(field="linked_ids", expected=ANOTHER)
    left = sum(effects) + row.effect_fen
    if left:
        raise NotLinkable(sum_fen=left)


def _check_carried(row: Difference, until: dt.date | None) -> None:
    if until is None:
        raise InvalidValue(field="carried_until", expected=REQUIRED)
    last = row.business_date + dt.timedelta(days=MAX_CARRIED_DAYS)
    if not row.business_date < until <= last or row.kind not in (
        DifferenceKind.MISSING_OURS, DifferenceKind.MISSING_THEIRS,
    ):  # fmt: skip
        raise InvalidValue(field="carried_until", expected=CARRIED_AHEAD)


@transaction.atomic
def propose_many(
    differences: Iterable[Difference],
    *,
    by: StaffMember,
    action: Action,
    reason: str,
    reason_code: ReasonCode = ReasonCode.OTHER,
) -> list[Difference]:
    """The same for several of one kind: all of them or none."""
    rows = sorted(differences, key=lambda row: (row.run.account_id, row.pk))  # accounts are locked in order
    return [propose(row, by=by, action=action, reason=reason, reason_code=reason_code) for row in rows]
