"""业务类型: what a transaction of the ledger came of, in words that its app gives it."""

from collections.abc import Mapping

from kernel.words import ValueWords

WORDS: dict[str, ValueWords] = {}


def happenings(words: Mapping[str, tuple[str, str]]) -> None:
    """Name kinds of transactions; TypeError for one that is named otherwise."""
    for kind, pair in words.items():
        if WORDS.setdefault(kind, ValueWords(*pair)) != ValueWords(*pair):
            raise TypeError(f"transactions of kind {kind!r} are named twice")


def happening_words() -> Mapping[str, ValueWords]:
    """All of them, by their codes."""
    return WORDS


def happening_name(kind: str) -> str:
    """In the language of the request; the code of what nobody has named."""
    return WORDS[kind].text if kind in WORDS else kind
