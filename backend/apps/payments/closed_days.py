"""What PostgreSQL refuses because the day was closed meanwhile, as the refusal that people read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError

from apps.payments.errors import DayClosed

#: As the guards of migrations/0008_closes.sql name it; their detail is the day.
_NAME = "payments_day_closed"


@contextmanager
def on_open_days() -> Iterator[None]:
    """DayClosed for rows of a day that was closed while they were written. Around the transaction that is lost."""
    try:
        yield
    except IntegrityError as error:
        said: Any = getattr(error.__cause__, "diag", None)
        if getattr(said, "constraint_name", None) != _NAME:
            raise
        raise DayClosed(business_date=said.message_detail) from error
