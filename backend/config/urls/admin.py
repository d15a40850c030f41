"""Routes of the admin single-page app: each app's `api/admin/urls.py`."""

from typing import Any

from django.urls import include, path

from apps.billing.api.admin.bills import PayBillsView
from apps.payments.api.admin.orders import PaymentOrderViewSet
from config.manifest_view import ManifestView
from kernel.http.closed import only_for
from kernel.http.routing import by_method

APPS = (
    "access", "audit", "billing", "cashier", "encounters", "files", "identity", "inpatient", "integrations",
    "messaging", "patients", "payments", "queueing", "receipts", "reconciliation", "reports", "scheduling", "worklist",
)  # fmt: skip

#: Billing opens payment orders, payments shows them.
_ORDERS = by_method(
    get=PaymentOrderViewSet.as_view({"get": "list"}), post=PayBillsView.as_view({"post": "create"})
)

urlpatterns: list[Any] = [
    path("api/admin/v1/payment-orders", _ORDERS),
    path(
        "api/admin/v1/manifest",
        only_for("DOCUMENT_ADDRESSES")(ManifestView.as_view()),
        name="admin-manifest",
    ),
]
urlpatterns += [path("api/admin/v1/", include(f"apps.{name}.api.admin.urls")) for name in APPS]
