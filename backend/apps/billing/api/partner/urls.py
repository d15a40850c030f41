from typing import Any

from django.urls import path

from apps.billing.api.partner import bills, payments, records
from kernel.http.routing import by_method

_ORDER = "payment-orders/<uuid:pk>"

urlpatterns: list[Any] = [
    path("bills", bills.BillsView.as_view()),
    path("bills/<str:external_id>", bills.BillView.as_view()),
    path("bills/<str:external_id>/withdraw", bills.WithdrawBillView.as_view()),
    path("bills/<str:external_id>/settled", bills.SettledBillView.as_view()),
    path("bills/<str:external_id>/e-receipt", bills.EReceiptView.as_view()),
    path("granted-channels", payments.ChannelsView.as_view()),
    path("payable-bills", payments.PayableBillsView.as_view()),
    path("payment-orders", by_method(records.OwnOrdersView.as_view(), payments.OrdersView.as_view())),
    path("payment-orders", records.OwnOrdersView.as_view()),
    path("payment-orders", payments.OrdersView.as_view()),
    path(_ORDER, records.OwnOrderView.as_view()),
    path(f"{_ORDER}/pay", payments.PayView.as_view()),
    path(f"{_ORDER}/cancel", payments.CancelView.as_view()),
    path(f"{_ORDER}/refund", records.RefundOrderView.as_view()),
    path("card-top-ups", payments.TopUpsView.as_view()),
    path("card-refunds", records.RefundCardView.as_view()),
    path("refunds", records.OwnRefundsView.as_view()),
]
