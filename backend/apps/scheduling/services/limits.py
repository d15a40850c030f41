"""挂号限制: the rows that say how much may be booked."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.scheduling.models import BookingLimit
from kernel.errors import DuplicateValue
from kernel.locks import save_version


def create_limit(**fields: Any) -> BookingLimit:
    """Add a limit; it counts from the next booking on. DuplicateValue for the same scope and days."""
    try:
        with transaction.atomic():
            return BookingLimit.objects.create(**fields)
    except IntegrityError as error:
        raise DuplicateValue(field="scope") from error


def update_limit(limit: BookingLimit, *, version: int, **changes: Any) -> BookingLimit:
    """Change a limit read at `version`. DuplicateValue, StaleVersion."""
    for name, value in changes.items():
        setattr(limit, name, value)
    try:
        with transaction.atomic():
            save_version(limit, changes, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="scope") from error
    return limit


def delete_limit(limit: BookingLimit) -> None:
    """Remove it; what was booked under it stays."""
    limit.delete()
