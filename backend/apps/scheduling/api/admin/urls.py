from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.scheduling.api.admin.bulk import BulkSessionsView
from apps.scheduling.api.admin.desk import AppointmentViewSet
from apps.scheduling.api.admin.limits import (
    BookingLimitViewSet,
    BookingSuspensionViewSet,
    SuspensionAppealViewSet,
)
from apps.scheduling.api.admin.load import SessionLoadViewSet
from apps.scheduling.api.admin.planning import StaffLeaveViewSet
from apps.scheduling.api.admin.schedules import ClinicSessionViewSet, ScheduleTemplateViewSet
from apps.scheduling.api.admin.slips import RegistrationDeskViewSet
from apps.scheduling.api.admin.slots import SlotViewSet
from apps.scheduling.api.admin.waitlist import WaitlistEntryViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("schedule-templates", ScheduleTemplateViewSet, basename="schedule-templates")
router.register("clinic-sessions", ClinicSessionViewSet, basename="clinic-sessions")
router.register("staff-leaves", StaffLeaveViewSet, basename="staff-leaves")
router.register("appointments", AppointmentViewSet, basename="appointments")
router.register("booking-limits", BookingLimitViewSet, basename="booking-limits")
router.register("booking-suspensions", BookingSuspensionViewSet, basename="booking-suspensions")
router.register("suspension-appeals", SuspensionAppealViewSet, basename="suspension-appeals")
router.register("session-load", SessionLoadViewSet, basename="session-load")
router.register("waitlist-entries", WaitlistEntryViewSet, basename="waitlist-entries")

urlpatterns: list[Any] = [
    path("slots/options", SlotViewSet.as_view({"get": "offer"})),
    path("clinic-sessions/generate", ClinicSessionViewSet.as_view({"post": "generate"})),
    path("clinic-sessions/bulk", BulkSessionsView.as_view({"post": "bulk"})),
]
SESSION_ACTIONS = (
    ("publish", "post"),
    ("stop", "post"),
    ("substitute", "post"),
    ("substitutions", "get"),
    ("slots", "get"),
)
for action, method in SESSION_ACTIONS:
    name = action.replace("_", "-")
    urlpatterns.append(
        path(f"clinic-sessions/<uuid:pk>/{name}", ClinicSessionViewSet.as_view({method: action}))
    )
urlpatterns += [
    path(
        "appointments/<uuid:pk>/reverse-settlement",
        RegistrationDeskViewSet.as_view({"post": "reverse_settlement"}),
    ),
    path("appointments/<uuid:pk>/slip", RegistrationDeskViewSet.as_view({"get": "slip"})),
    path(
        "appointments/<uuid:pk>/slip-prints",
        RegistrationDeskViewSet.as_view({"get": "slip_prints", "post": "print_slip"}),
    ),
]
for action in ("settle", "check_in", "cancel", "excuse"):
    name = action.replace("_", "-")
    urlpatterns.append(path(f"appointments/<uuid:pk>/{name}", AppointmentViewSet.as_view({"post": action})))
urlpatterns += [
    path(f"appointments/<uuid:pk>/{action}", AppointmentViewSet.as_view({method: action}))
    for action, method in (("reschedule", "post"), ("changes", "get"))
]
urlpatterns.append(
    path("booking-suspensions/<uuid:pk>/lift", BookingSuspensionViewSet.as_view({"post": "lift"}))
)
urlpatterns += [
    path(f"suspension-appeals/<uuid:pk>/{action}", SuspensionAppealViewSet.as_view({"post": action}))
    for action in ("accept", "reject")
]
urlpatterns += [
    path(f"waitlist-entries/<uuid:pk>/{action}", WaitlistEntryViewSet.as_view({"post": action}))
    for action in ("leave", "accept")
]
urlpatterns += router.urls
