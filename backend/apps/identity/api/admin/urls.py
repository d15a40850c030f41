from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.identity.api.admin import auth, notices, totp
from apps.identity.api.admin.calendar import CalendarDayViewSet
from apps.identity.api.admin.departments import DepartmentViewSet
from apps.identity.api.admin.dictionaries import DictionaryItemViewSet, DictionaryViewSet, LookupView
from apps.identity.api.admin.hospital_settings import HospitalSettingsViewSet
from apps.identity.api.admin.organisation import (
    GroupViewSet,
    HospitalViewSet,
    LocationViewSet,
    OrgUnitViewSet,
    PositionViewSet,
)
from apps.identity.api.admin.partners import PartnerApplicationViewSet
from apps.identity.api.admin.staff import StaffViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for prefix, viewset in (
    ("groups", GroupViewSet),
    ("hospitals", HospitalViewSet),
    ("org-units", OrgUnitViewSet),
    ("locations", LocationViewSet),
    ("departments", DepartmentViewSet),
    ("positions", PositionViewSet),
    ("calendar-days", CalendarDayViewSet),
    ("staff", StaffViewSet),
    ("dictionaries", DictionaryViewSet),
    ("dictionary-items", DictionaryItemViewSet),
    ("partner-applications", PartnerApplicationViewSet),
):
    router.register(prefix, viewset, basename=prefix)

settings_view = HospitalSettingsViewSet.as_view({"get": "retrieve", "patch": "partial_update"})

urlpatterns = [
    path("auth/sign-in", auth.SignInView.as_view()),
    path("auth/sign-out", auth.SignOutView.as_view()),
    path("auth/sign-out-all", auth.SignOutAllView.as_view()),
    path("auth/me", auth.MeView.as_view()),
    path("auth/change-password", auth.ChangePasswordView.as_view()),
    path("auth/sessions", auth.SessionListView.as_view()),
    path("auth/sessions/<uuid:session_id>", auth.SessionView.as_view()),
    path("auth/notices", notices.StaffNoticeListView.as_view()),
    path("auth/notices/<uuid:notice_id>/read", notices.StaffNoticeReadView.as_view()),
    path("auth/totp", totp.TotpEnrolView.as_view()),
    path("auth/totp/confirm", totp.TotpConfirmView.as_view()),
    path("auth/totp/disable", totp.TotpDisableView.as_view()),
    path("calendar-days/fill", CalendarDayViewSet.as_view({"post": "fill"})),
    path("dictionaries/lookup", LookupView.as_view()),
    path("hospitals/<uuid:pk>/settings", settings_view),
    path(
        "partner-applications/<uuid:pk>/rotate-signing-secret",
        PartnerApplicationViewSet.as_view({"post": "rotate_signing_secret"}),
    ),
    *router.urls,
]
