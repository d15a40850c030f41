"""Routes of the admin single-page app: each app's `api/admin/urls.py`."""

from django.urls import path

from apps.billing.api.admin.bills import PayBillsView
from apps.payments.api.admin.orders import PaymentOrderViewSet
from config.manifest_view import ManifestView
from kernel.http.closed import only_for
from kernel.http.routing import BySegment, by_method, patterns_of

APPS = (
    "access", "audit", "billing", "cashier", "encounters", "files", "identity", "inpatient", "integrations",
    "messaging", "patients", "payments", "queueing", "receipts", "reconciliation", "reports", "scheduling", "worklist",
)  # fmt: skip

#: Billing opens payment orders, payments shows them.
_ORDERS = by_method(
    get=PaymentOrderViewSet.as_view({"get": "list"}), post=PayBillsView.as_view({"post": "create"})
)

_OWN = [
    path("payment-orders", _ORDERS),
    path("manifest", only_for("DOCUMENT_ADDRESSES")(ManifestView.as_view()), name="admin-manifest"),
]
urlpatterns = [
    BySegment("api/admin/v1/", [*_OWN, *patterns_of(f"apps.{name}.api.admin.urls" for name in APPS)])
]
