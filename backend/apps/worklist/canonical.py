"""What is signed as one sequence of bytes: equal contents have equal bytes, whatever order their names came in."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

FORM = "yihui.signature.1"


def digest_of(subject_type: str, subject_id: UUID, content: Mapping[str, Any]) -> str:
    """sha256 of the subject and its content, in hexadecimal; TypeError for what has no canonical form.

    Texts, whole numbers, decimals, booleans, null, ids, dates, moments, lists and mappings with names; no floats.
    """
    whole = [FORM, subject_type, str(subject_id), _plain(content)]
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Every type that is not JSON's own is marked with its name: "1" the text is not 1 the decimal."""
    match value:
        case None | bool() | int() | str():
            return value
        case dt.datetime():
            if value.tzinfo is None:
                raise TypeError("a moment without a time zone has no canonical form")
            return {"$moment": value.astimezone(dt.UTC).isoformat(timespec="microseconds")}
        case dt.date():
            return {"$date": value.isoformat()}
        case UUID():
            return {"$id": str(value)}
        case Decimal() if value.is_finite():
            return {"$decimal": f"{value.normalize():f}"}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Mapping():
            if not all(isinstance(name, str) and not name.startswith("$") for name in value):
                raise TypeError("names are texts that do not begin with $")
            return {name: _plain(each) for name, each in value.items()}
    raise TypeError(f"{type(value).__name__} has no canonical form")
