"""What a refusal knows beyond its sentence, for who reads it: amounts, days, moments and numbers, with their words."""

import datetime as dt
from typing import Any

from kernel import clock
from kernel.errors import DomainError, in_english
from kernel.money import yuan_shown
from kernel.words import property_words

#: Ends of the names that people read as they stand.
_PLAIN = ("_date", "_quantity")


def said(error: DomainError) -> str:
    """The sentence, and in brackets the members that are not in it yet: 超过账单可退金额(可退金额 ¥12.00)."""
    template = error.en + error.zh
    facts = [
        f"{words.text} {text}"
        for name in error.members
        if f"{{{name}" not in template and f"{{{name.removesuffix('_fen')}_yuan" not in template
        if (text := _text(name, error.extra.get(name))) and (words := property_words("Problem", name))
    ]
    if not facts:
        return error.text
    return (
        f"{error.text.removesuffix('.')} ({', '.join(facts)})."
        if in_english()
        else f"{error.text}({','.join(facts)})"
    )


def _text(name: str, value: Any) -> str:
    """As people read it; "" for what only programs do."""
    if value is None or isinstance(value, bool):
        return ""
    if name.endswith("_fen"):
        return yuan_shown(value)
    if name.endswith("_at"):
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        return f"{moment.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    return str(value) if name.endswith(_PLAIN) or isinstance(value, int) else ""
