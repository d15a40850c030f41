from typing import Any

from django.urls import path

from apps.billing.api.miniprogram.bills import BillViewSet, PayBillsView

urlpatterns: list[Any] = [
    path("bills", BillViewSet.as_view({"get": "list"})),
    path("bills/payable", BillViewSet.as_view({"get": "payable"})),
    path("bills/<uuid:pk>", BillViewSet.as_view({"get": "retrieve"})),
    path("bills/<uuid:pk>/voucher", BillViewSet.as_view({"get": "voucher"})),
    path("payment-orders", PayBillsView.as_view({"post": "create"})),
]
