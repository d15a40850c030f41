"""Moments that PostgreSQL and Python can both express."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError


def is_expressible(value: Any) -> bool:
    """False for a moment that lies outside the calendar in UTC, by which it is stored."""
    try:
        in_utc(value)
    except OverflowError:
        return False
    return True


def require_expressible(values: Iterable[tuple[str, Any]]) -> None:
    """ValidationError for the (field, value) pairs that are out of range."""
    wrong = [name for name, value in values if not is_expressible(value)]
    if wrong:
        raise out_of_range(wrong)


def out_of_range(fields: Iterable[str]) -> ValidationError:
    """What is said about moments that cannot be."""
    text = _("Datetime value out of range.")
    return ValidationError({name: [text] for name in fields}, code="overflow")


def in_utc(value: Any) -> Any:
    """An aware moment without its offset, which may be larger than PostgreSQL takes; all else as it is."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value
