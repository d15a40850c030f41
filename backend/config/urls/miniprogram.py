"""Routes of the WeChat mini-program: each app's `api/miniprogram/urls.py`."""

from django.urls import URLPattern, URLResolver, include, path

from apps.billing.api.miniprogram.bills import PayBillsView
from apps.payments.api.miniprogram.orders import PaymentOrderViewSet
from kernel.http.routing import by_method

APPS: tuple[str, ...] = (
    "apps.billing", "apps.files", "apps.identity", "apps.inpatient", "apps.messaging", "apps.patients", "apps.payments",
    "apps.queueing", "apps.receipts", "apps.scheduling", "workflows",
)  # fmt: skip

#: Billing opens payment orders, payments shows them.
_ORDERS = by_method(
    get=PaymentOrderViewSet.as_view({"get": "list"}), post=PayBillsView.as_view({"post": "create"})
)

urlpatterns: list[URLPattern | URLResolver] = [path("api/miniprogram/v1/payment-orders", _ORDERS)]
urlpatterns += [path("api/miniprogram/v1/", include(f"{name}.api.miniprogram.urls")) for name in APPS]
