from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.receipts.api.admin.accounts import ReceiptAccountViewSet, ReceiptPlatformsView
from apps.receipts.api.admin.day_checks import ReceiptDayCheckViewSet
from apps.receipts.api.admin.receipts import EReceiptViewSet

#: Verb of a receipt → its method.
_VERBS = {"retry": "retry", "query": "query", "turn-paper": "turn_paper"}
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("e-receipts", EReceiptViewSet, basename="e-receipts")
router.register("receipt-accounts", ReceiptAccountViewSet, basename="receipt-accounts")
router.register("receipt-day-checks", ReceiptDayCheckViewSet, basename="receipt-day-checks")
urlpatterns = [
    path("receipt-platforms", ReceiptPlatformsView.as_view()),
    *(
        path(f"e-receipts/<uuid:pk>/{verb}", EReceiptViewSet.as_view({"post": method}))
        for verb, method in _VERBS.items()
    ),
    *router.urls,
]
