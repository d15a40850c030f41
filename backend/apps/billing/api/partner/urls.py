from typing import Any

from django.urls import path

from apps.billing.api.partner import bills

urlpatterns: list[Any] = [
    path("bills", bills.BillsView.as_view()),
    path("bills/<str:external_id>", bills.BillView.as_view()),
    path("bills/<str:external_id>/withdraw", bills.WithdrawBillView.as_view()),
    path("bills/<str:external_id>/settled", bills.SettledBillView.as_view()),
    path("bills/<str:external_id>/e-receipt", bills.EReceiptView.as_view()),
]
