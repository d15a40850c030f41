from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.reconciliation.api.admin.bills import SuppliedBillViewSet
from apps.reconciliation.api.admin.day_bills import DayBillView
from apps.reconciliation.api.admin.views import DifferenceViewSet, ReconciliationRunViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("reconciliation-runs", ReconciliationRunViewSet, basename="reconciliation-runs")
router.register("reconciliation-differences", DifferenceViewSet, basename="reconciliation-differences")
router.register("reconciliation-bills", SuppliedBillViewSet, basename="reconciliation-bills")
urlpatterns = [
    path("reconciliation-day-bill", DayBillView.as_view()),
    path("reconciliation-bills/<uuid:pk>/count", SuppliedBillViewSet.as_view({"post": "count"})),
    path("reconciliation-bills/<uuid:pk>/file", SuppliedBillViewSet.as_view({"get": "file"})),
    path("reconciliation-runs/<uuid:pk>/carry", ReconciliationRunViewSet.as_view({"post": "carry"})),
    path("reconciliation-differences/ages", DifferenceViewSet.as_view({"get": "ages"})),
    path(
        "reconciliation-differences/worksheet",
        DifferenceViewSet.as_view({"get": "worksheet", "post": "take_worksheet"}),
    ),
    path("reconciliation-differences/propose", DifferenceViewSet.as_view({"post": "propose_many"})),
    path("reconciliation-differences/<uuid:pk>/propose", DifferenceViewSet.as_view({"post": "propose"})),
    path("reconciliation-differences/<uuid:pk>/undo", DifferenceViewSet.as_view({"post": "undo"})),
    *router.urls,
]
