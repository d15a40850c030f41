"""Policies of the organisation, staff and sign-in tables."""

from typing import cast
from uuid import UUID

from django.db.models import Model, Q

from apps.access.actor import Actor, may_manage
from apps.access.policies.base import Policy, hide, policy_for
from apps.identity.models import (
    AuthSession,
    Department,
    Dictionary,
    DictionaryItem,
    Group,
    Hospital,
    Location,
    OrgUnit,
    PartnerApplication,
    Position,
    StaffDepartment,
    StaffMember,
    StaffNotice,
    TotpDevice,
    User,
    WeChatAccount,
)

hide(AuthSession, TotpDevice, User, WeChatAccount, StaffDepartment, StaffNotice)


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


for _model in (OrgUnit, Location, Position, PartnerApplication):
    policy_for(_model)(type(f"{_model.__name__}Policy", (Policy,), {}))


@policy_for(Department)
class DepartmentPolicy(Policy):
    department = "pk"


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
        account = code.rpartition(".")[2] == "account"
        return grant == "view" or may_manage(actor, cast(StaffMember, instance), account=account)


@policy_for(Dictionary)
class DictionaryPolicy(Policy):
    shared = True


@policy_for(DictionaryItem)
class DictionaryItemPolicy(Policy):
    hospital = "dictionary__hospital_id"
    shared = True
