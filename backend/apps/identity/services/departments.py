"""Clinical departments: create, change, deactivate, delete while unused."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.identity.models import Department
from kernel.errors import DuplicateValue, InUse
from kernel.locks import save_version
from kernel.text import pinyin_key


def create_department(**fields: Any) -> Department:
    """Add a department; DuplicateValue if the hospital already has its code."""
    department = Department(**fields, pinyin=pinyin_key(fields["name"]))
    try:
        with transaction.atomic():
            department.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error
    return department


def update_department(department: Department, *, version: int, **changes: Any) -> Department:
    """Change a department read at `version`; StaleVersion, DuplicateValue."""
    for name, value in changes.items():
        setattr(department, name, value)
    department.pinyin = pinyin_key(department.name)
    try:
        with transaction.atomic():
            save_version(department, {*changes, "pinyin"}, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error
    return department


def delete_department(department: Department) -> None:
    """Delete a department that nothing refers to; InUse otherwise (deactivate it instead)."""
    try:
        with transaction.atomic():
            department.delete()
    except (ProtectedError, IntegrityError) as error:
        raise InUse(used_by=_first_user(error)) from error


def _first_user(error: Exception) -> str:
    objects = getattr(error, "protected_objects", ())
    return next((type(o)._meta.model_name or "" for o in objects), "")
