from apps.identity.models.calendar import CalendarDay, DayKind
from apps.identity.models.dictionary import Dictionary, DictionaryItem
from apps.identity.models.notice import StaffNotice
from apps.identity.models.organisation import (
    Department,
    Group,
    Hospital,
    Location,
    OrgUnit,
    Ownership,
    Position,
)
from apps.identity.models.partner import PartnerApplication
from apps.identity.models.sign_in import KnownDevice, UnknownName
from apps.identity.models.staff import StaffDepartment, StaffMember
from apps.identity.models.user import AuthSession, TotpDevice, User, UserKind
from apps.identity.models.wechat import WeChatAccount

__all__ = [
    "AuthSession",
    "CalendarDay",
    "DayKind",
    "Department",
    "Dictionary",
    "DictionaryItem",
    "Group",
    "Hospital",
    "KnownDevice",
    "Location",
    "OrgUnit",
    "Ownership",
    "PartnerApplication",
    "Position",
    "StaffDepartment",
    "StaffMember",
    "StaffNotice",
    "TotpDevice",
    "UnknownName",
    "User",
    "UserKind",
    "WeChatAccount",
]
