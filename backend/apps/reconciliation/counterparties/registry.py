"""The kinds that there are, and which of them a run is about."""

from collections.abc import Iterable

from apps.reconciliation.counterparties.base import Counterparty
from apps.reconciliation.models import ReconciliationRun

COUNTERPARTIES: dict[str, Counterparty] = {}


def register(*kinds: Counterparty) -> None:
    """Called once at start; TypeError for a code that is taken."""
    for kind in kinds:
        if kind.code in COUNTERPARTIES:
            raise TypeError(f"two kinds of counterparty are named {kind.code!r}")
        COUNTERPARTIES[kind.code] = kind


def all_kinds() -> Iterable[Counterparty]:
    """In the order of their codes."""
    return [COUNTERPARTIES[code] for code in sorted(COUNTERPARTIES)]


def counterparty_of(run: ReconciliationRun) -> Counterparty:
    """Whose bill it is."""
    return COUNTERPARTIES[run.counterparty]
