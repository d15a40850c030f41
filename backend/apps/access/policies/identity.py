"""Policies of the organisation, staff and sign-in tables."""

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
    TotpDevice,
    User,
    WeChatAccount,
)

hide(AuthSession, TotpDevice, User, WeChatAccount, StaffDepartment)


@policy_for(Group)
class GroupPolicy(Policy):
    """The group is named to every holder of the code; only a scope of everything may change it."""

    hospital = "hospitals"


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
    department = "memberships__department_id"
    owners = ("pk",)


@policy_for(Dictionary)
class DictionaryPolicy(Policy):
    shared = True


@policy_for(DictionaryItem)
class DictionaryItemPolicy(Policy):
    hospital = "dictionary__hospital_id"
    shared = True
