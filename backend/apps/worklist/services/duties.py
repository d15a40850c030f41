"""职责: who executes, manages and supervises a kind of work in a hospital."""

from dataclasses import dataclass
from uuid import UUID

from apps.access.models import Role
from apps.worklist.kinds import WorkKind
from apps.worklist.models import WorkDuty


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
