"""Rules of departments and priority groups of hospitals, as administrators keep them."""

from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from apps.identity.models import Department
from apps.queueing.models import QueuePriority, QueueRule
from kernel.errors import DuplicateValue
from kernel.locks import save_version

R = TypeVar("R", QueueRule, QueuePriority)


def create_rule(*, department: Department, **values: Any) -> QueueRule:
    """The department's rules; DuplicateValue if it has some."""
    return _made(
        QueueRule(hospital_id=department.hospital_id, department=department, **values), "department_id"
    )


def create_priority(**values: Any) -> QueuePriority:
    """A group of the hospital; DuplicateValue if the code is taken there."""
    return _made(QueuePriority(**values), "code")


def change(row: R, *, version: int, **values: Any) -> R:
    """Change a row of this file's kinds. StaleVersion."""
    for name, value in values.items():
        setattr(row, name, value)
    with transaction.atomic():
        save_version(row, values, version=version)
    return row


def remove(row: QueueRule | QueuePriority) -> None:
    """Delete it: the settings, or the shipped group, count again. Tickets keep what they were given."""
    with transaction.atomic():
        row.delete()


def _made(row: R, field: str) -> R:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field=field) from error
    return row
