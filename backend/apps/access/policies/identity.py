"""Policies of the organisation, staff and sign-in tables."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Model, Q

from apps.access.actor import Actor, may_manage
from apps.access.policies.base import OfOwnHospitalPolicy, Policy, hide, policy_for
from apps.identity.models import (
    AuthSession,
    CalendarDay,
    Department,
    Dictionary,
    DictionaryItem,
    Group,
    Hospital,
    KnownDevice,
    Location,
    OrgUnit,
    PartnerApplication,
    Position,
    StaffDepartment,
    StaffMember,
    StaffNotice,
    TotpDevice,
    UnknownName,
    User,
    WeChatAccount,
)
from apps.identity.services.placing import PLACE

hide(AuthSession, KnownDevice, TotpDevice, UnknownName, User, WeChatAccount, StaffDepartment, StaffNotice)


@policy_for(Group)
class GroupPolicy(Policy):
    """The group is named to every holder of the code; only a scope of everything may change it."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        scope = actor.scope(code)
        if scope is None or (grant != "view" and not scope.everything):
            return []
        return [Q()]


@policy_for(Hospital)
class HospitalPolicy(Policy):
    hospital = "pk"


@policy_for(CalendarDay)
class CalendarDayPolicy(OfOwnHospitalPolicy):
    pass


for _model in (Location, Position, PartnerApplication):
    policy_for(_model)(type(f"{_model.__name__}Policy", (Policy,), {}))


def _gives_roles_and_places(actor: Actor, code: str) -> bool:
    """Who may also give roles could give a narrow one and then widen it by placing: measured like giving roles."""
    return code == PLACE and actor.has("access.staff_role.change")


class Placed(Policy):
    """What stands in the tree of units, and by that within the reach of those who stand above."""

    def allows(self, actor: Actor, code: str, instance: Model, grant: str = "view") -> bool:
        if not super().allows(actor, code, instance, grant):
            return False
        if not _gives_roles_and_places(actor, code):
            return True
        units = [UUID(part) for part in self.path_of(instance).split("/") if part]
        above = StaffMember.objects.filter(org_unit_id__in=units).select_related("user")
        return all(may_manage(actor, person, account=True) for person in above)

    def path_of(self, instance: Any) -> str:
        return str(instance.path)


@policy_for(OrgUnit)
class OrgUnitPolicy(Placed):
    pass


@policy_for(Department)
class DepartmentPolicy(Placed):
    department = "pk"

    def path_of(self, instance: Any) -> str:
        return str(instance.org_unit.path) if instance.org_unit else ""


@policy_for(StaffMember)
class StaffMemberPolicy(Policy):
    department = "pk"
    owners = ("pk",)

    def department_arm(self, departments: list[UUID]) -> Q:
        working = StaffDepartment.objects.filter(department_id__in=departments)
        return Q(pk__in=working.values("staff_id"))

    def allows(self, actor: Actor, code: str, instance: Model, grant: str = "view") -> bool:
        """To change somebody one must not stand below him: else a password reset would be a way to his rights."""
        if not super().allows(actor, code, instance, grant):
            return False
        account = code.rpartition(".")[2] in ("account", "second_factor")
        account = account or _gives_roles_and_places(actor, code)
        return grant == "view" or may_manage(actor, cast(StaffMember, instance), account=account)


@policy_for(Dictionary)
class DictionaryPolicy(Policy):
    shared = True


@policy_for(DictionaryItem)
class DictionaryItemPolicy(Policy):
    hospital = "dictionary__hospital_id"
    shared = True
