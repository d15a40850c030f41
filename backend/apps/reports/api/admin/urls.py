from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.reports.api.admin.definitions import ReportDefinitionsView, ReportPreviewView
from apps.reports.api.admin.jobs import ReportJobViewSet
from apps.reports.api.admin.schedules import ReportScheduleViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("report-jobs", ReportJobViewSet, basename="report-jobs")
router.register("report-schedules", ReportScheduleViewSet, basename="report-schedules")
urlpatterns = [
    path("report-definitions", ReportDefinitionsView.as_view()),
    path("report-definitions/<str:code>/preview", ReportPreviewView.as_view()),
    path("report-jobs/<uuid:pk>/cancel", ReportJobViewSet.as_view({"post": "cancel"})),
    path("report-jobs/<uuid:pk>/content", ReportJobViewSet.as_view({"get": "content"})),
    *router.urls,
]
