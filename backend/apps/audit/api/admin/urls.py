from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.audit.api.admin.events import AuditEventViewSet, LogStateView

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("audit/events", AuditEventViewSet, basename="audit-events")

urlpatterns = [*router.urls, path("audit/state", LogStateView.as_view(), name="audit-state")]
