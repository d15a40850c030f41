"""职责: who executes, manages and supervises a kind of work in a hospital."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.access.models import Role
from apps.identity.models import Hospital
from apps.worklist.kinds import KINDS, WorkKind
from apps.worklist.models import WorkDuty
from kernel.errors import DuplicateValue, InvalidValue
from kernel.locks import save_version

ROLES = ("executor_role", "manager_role", "supervisor_role")


@dataclass(frozen=True, slots=True)
class Duty:
    """Roles by their keys, and working hours until the work is due."""

    executor_role_id: UUID
    manager_role_id: UUID
    supervisor_role_id: UUID
    hours: int


def duty_of(hospital_id: UUID, kind: WorkKind) -> Duty:
    """The hospital's duty for that kind, else the roles and the time that the kind is declared with."""
    own = WorkDuty.objects.filter(hospital_id=hospital_id, kind=kind.code).first()
    if own is not None:
        return Duty(own.executor_role_id, own.manager_role_id, own.supervisor_role_id, own.hours)
    codes = (kind.executor, kind.manager, kind.supervisor)
    roles = dict(Role.objects.filter(hospital=None, code__in=codes).values_list("code", "pk"))
    executor, manager, supervisor = (roles[code] for code in codes)
    return Duty(executor, manager, supervisor, kind.hours)


def create_duty(*, hospital: Hospital, **fields: Any) -> WorkDuty:
    """DuplicateValue (the kind has one), InvalidValue (unknown kind, a role of another hospital)."""
    duty = WorkDuty(hospital=hospital, **fields)
    _check(duty)
    try:
        with transaction.atomic():
            duty.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="kind") from error
    return duty


def update_duty(duty: WorkDuty, *, version: int, **changes: Any) -> WorkDuty:
    """Work that is open already keeps its roles. InvalidValue, StaleVersion."""
    for name, value in changes.items():
        setattr(duty, name, value)
    _check(duty)
    with transaction.atomic():
        save_version(duty, changes, version=version)
    return duty


def delete_duty(duty: WorkDuty) -> None:
    """The kind's own roles count again."""
    duty.delete()


def _check(duty: WorkDuty) -> None:
    if duty.kind not in KINDS:
        raise InvalidValue(field="kind")
    for name in ROLES:
        role = getattr(duty, name)
        if role.hospital_id not in (None, duty.hospital_id) or not role.is_active:
            raise InvalidValue(field=f"{name}_id")
