"""Whether a genuine push can be what it says: providers have sent amounts and texts that no column holds."""

import dataclasses
import datetime as dt
from typing import Any

from apps.payments.channels.base import Notification, Senseless

#: In fen: a thousand times more than any payment there is, and no more than a 64-bit integer holds.
MAX_FEN = 10**14
MAX_LENGTH = 4000
YEARS = range(2000, 2200)


def require_sense(pushed: Notification) -> None:
    """Senseless for a number or a text that can't be stored; the raw body is kept all the same."""
    for part in (pushed.trade, pushed.refund):
        if part is not None:
            for field in dataclasses.fields(part):
                if field.name != "raw":
                    _require(field.name, getattr(part, field.name))
    _require("key", pushed.key)


def _require(name: str, value: Any) -> None:
    if isinstance(value, int) and abs(value) > MAX_FEN:
        raise Senseless("nonsense", f"{name} has {len(str(value))} digits")
    if isinstance(value, dt.datetime) and value.year not in YEARS:
        raise Senseless("nonsense", f"{name} is in the year {value.year}")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Senseless("nonsense", f"{name} has characters that are none")
        if len(value) > MAX_LENGTH:
            raise Senseless("nonsense", f"{name} has {len(value)} characters")
