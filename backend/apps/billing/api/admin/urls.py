from typing import Any

from django.urls import path

from apps.billing.api.admin.bills import BillViewSet, PayBillsView
from apps.billing.api.admin.invoices import BillInvoiceViewSet, InvoiceViewSet
from apps.billing.api.admin.items import BillItemViewSet

urlpatterns: list[Any] = [
    path("bills", BillViewSet.as_view({"get": "list", "post": "create"})),
    path("bills/payable", BillViewSet.as_view({"get": "payable"})),
    path("bills/<uuid:pk>", BillViewSet.as_view({"get": "retrieve"})),
    path("bills/<uuid:pk>/reissue", BillViewSet.as_view({"post": "reissue"})),
    path("bills/<uuid:pk>/cancel", BillViewSet.as_view({"post": "cancel"})),
    path("bills/<uuid:pk>/invoice", BillInvoiceViewSet.as_view({"post": "invoice"})),
    path("bill-items/<uuid:pk>/perform", BillItemViewSet.as_view({"post": "perform"})),
    path("bill-items/<uuid:pk>/undo-perform", BillItemViewSet.as_view({"post": "undo_perform"})),
    path("invoices", InvoiceViewSet.as_view({"get": "list"})),
    path("invoices/<uuid:pk>", InvoiceViewSet.as_view({"get": "retrieve"})),
    path("invoices/<uuid:pk>/prints", InvoiceViewSet.as_view({"get": "prints", "post": "print_copy"})),
    path("payment-orders", PayBillsView.as_view({"post": "create"})),
]
