"""The kinds of prepaid accounts: what each may hold, and in which order it is used up."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from apps.identity.models import Hospital
from apps.payments.services.ledger import AccountKind


class Use(StrEnum):
    """How principal and bonus of one recharge are used up together."""

    PROPORTIONAL = "proportional"
    PRINCIPAL_FIRST = "principal_first"
    BONUS_FIRST = "bonus_first"


@dataclass(frozen=True, slots=True)
class PrepaidKind:
    """`single`: all its money is one lot of principal. Others keep a lot for each recharge and its bonus.

    `cap`: the most that an account of the hospital may hold, in fen; the engine lets nothing come in beyond it.
    """

    account: AccountKind
    zh: str
    en: str
    single: bool = True
    use: Use = Use.PROPORTIONAL
    cap: Callable[[Hospital], int] | None = None


KINDS: dict[str, PrepaidKind] = {}


def define_prepaid(kind: PrepaidKind) -> PrepaidKind:
    """Register a kind; TypeError for an account kind that is taken."""
    if kind.account.value in KINDS:
        raise TypeError(f"two prepaid kinds use the account {kind.account.value!r}")
    KINDS[kind.account.value] = kind
    return kind
