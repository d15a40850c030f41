"""Days and moments that PostgreSQL, Python and every time zone between them can express."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

#: Far enough from year 1 and 9999 for every conversion and every "so many days before or after".
YEARS = range(1800, 3000)


def is_expressible(value: Any) -> bool:
    """True for whatever is no day and no moment."""
    if not isinstance(value, dt.date):
        return True
    return value.year in YEARS


def require_expressible(values: Iterable[tuple[str, Any]]) -> None:
    """ValidationError for the (field, value) pairs that are out of range."""
    wrong = [name for name, value in values if not is_expressible(value)]
    if wrong:
        text = _("Datetime value out of range.")
        raise ValidationError({name: [text] for name in wrong}, code="overflow")


def in_utc(value: Any) -> Any:
    """An aware moment without its offset, which may be larger than PostgreSQL takes; all else as it is."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value
