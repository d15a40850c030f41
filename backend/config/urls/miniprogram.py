"""Routes of the WeChat mini-program: each app's `api/miniprogram/urls.py`."""

from django.urls import path

from apps.billing.api.miniprogram.bills import PayBillsView
from apps.payments.api.miniprogram.orders import PaymentOrderViewSet
from kernel.http.routing import BySegment, by_method, patterns_of

APPS: tuple[str, ...] = (
    "apps.billing", "apps.files", "apps.identity", "apps.inpatient", "apps.messaging", "apps.patients", "apps.payments",
    "apps.queueing", "apps.receipts", "apps.scheduling", "workflows",
)  # fmt: skip

#: Billing opens payment orders, payments shows them.
_ORDERS = by_method(
    get=PaymentOrderViewSet.as_view({"get": "list"}), post=PayBillsView.as_view({"post": "create"})
)

_OWN = [path("payment-orders", _ORDERS)]
urlpatterns = [
    BySegment("api/miniprogram/v1/", [*_OWN, *patterns_of(f"{name}.api.miniprogram.urls" for name in APPS)])
]
