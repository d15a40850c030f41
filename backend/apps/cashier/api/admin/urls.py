from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.cashier.api.admin.closes import DailyCloseViewSet, MonthlyCloseViewSet
from apps.cashier.api.admin.deposits import BankDepositViewSet
from apps.cashier.api.admin.drawers import CashDrawerViewSet
from apps.cashier.api.admin.shifts import CashierShiftViewSet

#: Verb of a shift → its method.
_VERBS = {
    "paid-in": "paid_in", "paid-out": "paid_out", "safe-drop": "safe_drop", "start-count": "start_count",
    "enter-count": "enter_count", "explain": "explain", "countersign": "countersign", "recount": "recount",
    "hand-over": "hand_over", "accept": "accept", "reject": "reject",
    "withdraw": "withdraw",
}  # fmt: skip
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("cash-drawers", CashDrawerViewSet, basename="cash-drawers")
router.register("cashier-shifts", CashierShiftViewSet, basename="cashier-shifts")
router.register("bank-deposits", BankDepositViewSet, basename="bank-deposits")
router.register("daily-closes", DailyCloseViewSet, basename="daily-closes")
router.register("monthly-closes", MonthlyCloseViewSet, basename="monthly-closes")
urlpatterns = [
    path("daily-closes/day", DailyCloseViewSet.as_view({"get": "day"})),
    path("daily-closes/<uuid:pk>/reopen", DailyCloseViewSet.as_view({"post": "reopen"})),
    path("monthly-closes/<uuid:pk>/reopen", MonthlyCloseViewSet.as_view({"post": "reopen"})),
    path("cashier-shifts/current", CashierShiftViewSet.as_view({"get": "current"})),
    *(
        path(f"cashier-shifts/<uuid:pk>/{verb}", CashierShiftViewSet.as_view({"post": method}))
        for verb, method in _VERBS.items()
    ),
    path("bank-deposits/<uuid:pk>/confirm", BankDepositViewSet.as_view({"post": "confirm"})),
    path("bank-deposits/<uuid:pk>/reject", BankDepositViewSet.as_view({"post": "reject"})),
    *router.urls,
]
