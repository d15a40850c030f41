"""States of runs and of the differences that they find."""

from enum import StrEnum

from kernel.states import StateTable


class RunState(StrEnum):
    """`waiting_bill`: the counterparty has not given it yet; `no_trade`: neither side has anything.

    `failed`: no result, as of a bill that is cut off or of somebody else; `superseded`: a later bill of the day counts.
    """

    WAITING_BILL = "waiting_bill"
    BALANCED = "balanced"
    WITH_DIFFERENCES = "with_differences"
    NO_TRADE = "no_trade"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class DifferenceState(StrEnum):
    """`pending`: may yet be in the next day's bill; `cross_day`: it was, which is no difference; `examining`: being
    asked of the counterparty; `proposed`: waits for another person; `withdrawn`: a corrected bill has it no more."""

    PENDING = "pending"
    CROSS_DAY = "cross_day"
    EXAMINING = "examining"
    OPEN = "open"
    PROPOSED = "proposed"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class BillState(StrEnum):
    """`taken`: its run is matched with it; `refused`: it is no bill of that day, `findings` say why.

    `held`: another bill of the day has a result, and a second person has to agree that this one counts instead.
    """

    CHECKING = "checking"
    HELD = "held"
    TAKEN = "taken"
    REFUSED = "refused"


_R, _D, _B = RunState, DifferenceState, BillState
#: Runs whose figures count.
RESULTS = (_R.BALANCED, _R.WITH_DIFFERENCES, _R.NO_TRADE)
#: Differences that somebody or something still has to settle.
UNSETTLED = (_D.PENDING, _D.EXAMINING, _D.OPEN, _D.PROPOSED)

#: `with_differences → balanced`: all of them are settled. `failed → waiting_bill`: tried again.
RUNS: StateTable[RunState] = StateTable(
    {
        _R.WAITING_BILL: {_R.BALANCED, _R.WITH_DIFFERENCES, _R.NO_TRADE, _R.FAILED, _R.SUPERSEDED},
        _R.BALANCED: {_R.SUPERSEDED, _R.WITH_DIFFERENCES},
        _R.WITH_DIFFERENCES: {_R.BALANCED, _R.SUPERSEDED},
        _R.NO_TRADE: {_R.SUPERSEDED},
        _R.FAILED: {_R.WAITING_BILL, _R.SUPERSEDED},
        _R.SUPERSEDED: frozenset(),
    }
)
#: `open → pending`: carried forward. `proposed → examining`: HIS is to be told. `done → open`: undone by a
#: contra entry, `→ withdrawn` where a corrected bill has it no more. `cross_day → examining`: what it was joined with
#: is gone by a corrected bill.
DIFFERENCES: StateTable[DifferenceState] = StateTable(
    {
        _D.PENDING: {_D.CROSS_DAY, _D.EXAMINING, _D.WITHDRAWN},
        _D.EXAMINING: {_D.OPEN, _D.DONE, _D.CROSS_DAY, _D.WITHDRAWN},
        _D.OPEN: {_D.PROPOSED, _D.DONE, _D.CROSS_DAY, _D.WITHDRAWN},
        _D.PROPOSED: {_D.OPEN, _D.DONE, _D.PENDING, _D.EXAMINING, _D.WITHDRAWN},
        _D.DONE: {_D.OPEN, _D.WITHDRAWN},
        _D.CROSS_DAY: {_D.EXAMINING},
        _D.WITHDRAWN: frozenset(),
    }
)
#: Back to `checking`: handed in once more, or agreed to. `taken → held`: another counts, and people want this one.
BILLS: StateTable[BillState] = StateTable(
    {
        _B.CHECKING: {_B.TAKEN, _B.HELD, _B.REFUSED},
        _B.HELD: {_B.CHECKING, _B.REFUSED, _B.TAKEN},
        _B.TAKEN: {_B.HELD},
        _B.REFUSED: {_B.CHECKING},
    }
)
