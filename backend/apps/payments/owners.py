"""归属: whose an account of the ledger is, in words. Apps whose rows own accounts say what they are called."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from apps.payments.channels.registry import channel_name
from apps.payments.models import AccountKind
from kernel.ids import uuid_of
from kernel.words import ValueWords

#: Ids → the names of those that are found.
Finder = Callable[[list[UUID]], Mapping[UUID, str]]

_FINDERS: dict[str, Finder] = {}
#: Owners that are no row: `float`, `petty`.
_WORDS: dict[str, ValueWords] = {}


def owned_by(kind: AccountKind, find: Finder) -> None:
    """Accounts of that kind belong to rows that `find` names; TypeError if others were named before."""
    if _FINDERS.setdefault(kind.value, find) is not find:
        raise TypeError(f"accounts of {kind} belong to other rows already")


def owner_words(words: Mapping[str, tuple[str, str]]) -> None:
    """Owners that are no row, in words."""
    _WORDS.update({owner: ValueWords(*pair) for owner, pair in words.items()})


def owner_name(kind: str, owner: str) -> str:
    """Of one account."""
    return owner_names([(kind, owner)])[kind, owner]


def owner_names(accounts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(kind, owner) → name, in the language of the request; "" for accounts of nobody and rows that are gone."""
    found: dict[tuple[str, str], str] = {}
    ids: dict[str, dict[str, UUID]] = defaultdict(dict)
    for kind, owner in set(accounts):
        found[kind, owner] = _plain_name(owner)
        if kind in _FINDERS and (key := uuid_of(owner)):
            ids[kind][owner] = key
    for kind, keys in ids.items():
        names = _FINDERS[kind](list(keys.values()))
        found.update({(kind, owner): names.get(key, "") for owner, key in keys.items()})
    return found


def _plain_name(owner: str) -> str:
    if owner in _WORDS:
        return _WORDS[owner].text
    return "" if uuid_of(owner) else channel_name(owner)
