from typing import Any

from django.urls import path

from apps.billing.api.miniprogram.bills import BillViewSet, PayBillsView
from apps.billing.api.miniprogram.cards import (
    CardRefundViewSet,
    CardStatementViewSet,
    CardTopUpViewSet,
    CardViewSet,
)
from apps.billing.api.miniprogram.refunds import OrderRefundViewSet, RefundRequestViewSet

urlpatterns: list[Any] = [
    path("bills", BillViewSet.as_view({"get": "list"})),
    path("bills/payable", BillViewSet.as_view({"get": "payable"})),
    path("bills/<uuid:pk>", BillViewSet.as_view({"get": "retrieve"})),
    path("bills/<uuid:pk>/voucher", BillViewSet.as_view({"get": "voucher"})),
    path("payment-orders", PayBillsView.as_view({"post": "create"})),
]
urlpatterns += [
    path("card-top-ups", CardTopUpViewSet.as_view({"get": "list", "post": "create"})),
    path("card-top-ups/<uuid:pk>", CardTopUpViewSet.as_view({"get": "retrieve"})),
    path("cards/<uuid:pk>/balance", CardViewSet.as_view({"get": "balance"})),
    path("cards/<uuid:pk>/statement", CardStatementViewSet.as_view({"get": "list"})),
    path("cards/<uuid:pk>/refund-quote", CardViewSet.as_view({"get": "refund_quote"})),
    path("card-refunds", CardRefundViewSet.as_view({"post": "create"})),
    path("payment-orders/<uuid:pk>/refund-quote", OrderRefundViewSet.as_view({"get": "refund_quote"})),
    path("payment-orders/<uuid:pk>/refund", OrderRefundViewSet.as_view({"post": "refund"})),
    path("refund-requests", RefundRequestViewSet.as_view({"get": "list"})),
    path("refund-requests/<uuid:pk>", RefundRequestViewSet.as_view({"get": "retrieve"})),
]
