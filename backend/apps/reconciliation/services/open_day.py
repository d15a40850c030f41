"""What reconciliation has to settle of a day before that is closed."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from apps.payments.day_blockers import BlockerKind, OpenThing
from apps.reconciliation.counterparties.base import Account
from apps.reconciliation.counterparties.registry import all_kinds
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.states import RESULTS, DifferenceState, RunState
from kernel.money import fen_to_yuan

#: `pending` waits for the next day's bill: it is carried, and keeps no day open.
_OPEN = (DifferenceState.EXAMINING, DifferenceState.OPEN, DifferenceState.PROPOSED)


def without_result(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Accounts whose bill of the day was not matched: not come, or not to be believed."""
    rows = ReconciliationRun.objects.filter(hospital_id=hospital_id, business_date=day)
    counting = rows.exclude(state=RunState.SUPERSEDED).select_related("merchant")
    runs = {(run.counterparty, run.account_id): run for run in counting}
    for kind in all_kinds():
        asked = {account.account_id: account.name for account in kind.owing(hospital_id, day)}
        begun = {
            run.account_id: run.account_name
            for (code, _), run in runs.items()
            if code == kind.code and kind.is_waited_for and kind.has_bills(Account.of(run))
        }
        for account_id, name in (begun | asked).items():
            run = runs.get((kind.code, account_id))
            if run is None or (run.state not in RESULTS and run.carried_at is None):
                yield OpenThing(run.pk if run else None, f"{name} {run.state if run else ''}".strip())


def unsettled(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Differences that somebody has to settle, of the day and of those before: some open after their close.

    Not what a counterparty says that nobody waits for.
    """
    kinds = [kind.code for kind in all_kinds() if kind.is_waited_for]
    rows = Difference.objects.filter(
        hospital_id=hospital_id, counterparty__in=kinds, state__in=_OPEN, business_date__lte=day
    )
    for pk, key, fen in (
        rows.order_by("business_date", "pk").values_list("pk", "key", "effect_fen").iterator(50)
    ):
        yield OpenThing(pk, f"{key} {fen_to_yuan(abs(fen))}元")


KINDS = (
    BlockerKind(
        "reconciliation.run", "对账未完成", "Not reconciled", "reconciliation.reconciliationrun", without_result
    ),
    BlockerKind(
        "reconciliation.difference", "对账差异未处理", "A difference that is not settled",
        "reconciliation.difference", unsettled,
    ),
)  # fmt: skip
