"""Rows of identity for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from uuid import UUID

from django.core.files.base import ContentFile

from apps.identity.models import (
    AuthSession,
    CalendarDay,
    Dictionary,
    DictionaryItem,
    Location,
    PartnerApplication,
    Position,
    StaffNotice,
)
from apps.identity.notices import STAFF_PLACED
from apps.identity.services.notices import tell
from apps.identity.services.pictures import set_picture
from kernel import clock
from tests.support.estates import Estate, Values
from tests.support.pictures import picture


class IdentityEstate(Estate):
    """Of identity."""

    def make_calendar_day(self) -> CalendarDay:
        return CalendarDay.objects.create(hospital=self.world.h1, date=clock.today(), kind="holiday")

    def make_location(self) -> Location:
        return Location.objects.create(hospital=self.world.h1, building="门诊楼", floor="3")

    def make_position(self) -> Position:
        return Position.objects.create(hospital=self.world.h1, code="director", name="主任")

    def make_dictionary(self) -> Dictionary:
        return Dictionary.objects.create(hospital=self.world.h1, code="matrix", name="matrix")

    def make_dictionary_item(self) -> DictionaryItem:
        return DictionaryItem.objects.create(dictionary=self.get("dictionary"), value="x", label="x")

    def make_partner(self) -> PartnerApplication:
        return self.world.partner_application

    def make_staff_notice(self) -> StaffNotice:
        tell([self.world.staff["doctor_a"]], STAFF_PLACED, name="王医生", by="人事", departments="心内科")
        return StaffNotice.objects.get(recipient=self.world.staff["doctor_a"])

    def make_auth_session(self) -> AuthSession:
        session, _ = AuthSession.objects.create(user=self.world.staff["doctor_a"].user)
        return session

    def make_portrait(self) -> UUID:
        set_picture(self.world.staff["doctor_a"], "portrait", ContentFile(picture(), "portrait.png"))
        return self.world.staff["doctor_a"].portrait_id


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/auth/notices/": lambda e: e.get("staff_notice").pk,
    "admin/v1/auth/sessions/": lambda e: e.get("auth_session").id,
    "admin/v1/calendar-days/": lambda e: e.get("calendar_day").pk,
    "admin/v1/departments/": lambda e: e.world.departments["cardiology"].pk,
    "admin/v1/dictionaries/": lambda e: e.get("dictionary").pk,
    "admin/v1/dictionary-items/": lambda e: e.get("dictionary_item").pk,
    "admin/v1/groups/": lambda e: e.world.h1.group_id,
    "admin/v1/hospitals/": lambda e: e.world.h1.pk,
    "admin/v1/locations/": lambda e: e.get("location").pk,
    "admin/v1/org-units/": lambda e: e.world.departments["cardiology"].org_unit_id,
    "admin/v1/partner-applications/": lambda e: e.get("partner").pk,
    "admin/v1/positions/": lambda e: e.get("position").pk,
    "admin/v1/staff/": lambda e: e.world.staff["doctor_b"].pk,
    "miniprogram/v1/pictures/": lambda e: e.get("portrait"),
}
