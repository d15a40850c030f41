"""Postings that the engine makes itself: their lots are moved by its own plan, not by what follows the ledger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from apps.payments.services import ledger
from apps.payments.services.ledger import Movement
from apps.payments.types import LedgerTransaction

_OWN: ContextVar[str] = ContextVar("prepaid_posting", default="")


def is_own(key: str) -> bool:
    """Whether the posting of that key is one of the engine's own, being written now."""
    return _OWN.get() == key


def post(hospital_id: UUID, key: str, kind: str, movements: Sequence[Movement]) -> LedgerTransaction:
    """A posting whose lots the caller moves. As ledger.post."""
    with _as_own(key):
        return ledger.post(hospital_id=hospital_id, key=key, kind=kind, movements=movements)


@contextmanager
def _as_own(key: str) -> Iterator[None]:
    token = _OWN.set(key)
    try:
        yield
    finally:
        _OWN.reset(token)
