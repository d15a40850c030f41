from typing import Any

from django.urls import path

from apps.billing.api.admin.bills import BillViewSet, PayBillsView
from apps.billing.api.admin.cards import CardStatementViewSet, CardTopUpViewSet, PatientCardViewSet
from apps.billing.api.admin.held_cards import BalanceAnnouncementViewSet, HeldCardViewSet
from apps.billing.api.admin.invoices import BillInvoiceViewSet, InvoiceViewSet
from apps.billing.api.admin.items import BillItemViewSet
from apps.billing.api.admin.papers import InvoicePaperViewSet, InvoiceRangeViewSet
from apps.billing.api.admin.refund_requests import (
    CardRefundRequestViewSet,
    OrderRefundQuoteViewSet,
    RefundRequestViewSet,
)

urlpatterns: list[Any] = [
    path("bills", BillViewSet.as_view({"get": "list", "post": "create"})),
    path("bills/options", BillViewSet.as_view({"get": "offer"})),
    path("bills/payable", BillViewSet.as_view({"get": "payable"})),
    path("bills/export", BillViewSet.as_view({"get": "export"})),
    path("bills/<uuid:pk>", BillViewSet.as_view({"get": "retrieve"})),
    path("bills/<uuid:pk>/reissue", BillViewSet.as_view({"post": "reissue"})),
    path("bills/<uuid:pk>/cancel", BillViewSet.as_view({"post": "cancel"})),
    path("bills/<uuid:pk>/invoice", BillInvoiceViewSet.as_view({"post": "invoice"})),
    path("bill-items/<uuid:pk>/perform", BillItemViewSet.as_view({"post": "perform"})),
    path("bill-items/<uuid:pk>/undo-perform", BillItemViewSet.as_view({"post": "undo_perform"})),
    path("invoices", InvoiceViewSet.as_view({"get": "list"})),
    path("invoices/export", InvoiceViewSet.as_view({"get": "export"})),
    path("invoices/<uuid:pk>", InvoiceViewSet.as_view({"get": "retrieve"})),
    path("invoices/<uuid:pk>/prints", InvoiceViewSet.as_view({"get": "prints", "post": "print_copy"})),
    path("invoices/<uuid:pk>/sheet", InvoiceViewSet.as_view({"get": "sheet"})),
    path("payment-orders", PayBillsView.as_view({"post": "create"})),
]
urlpatterns += [
    path("card-top-ups", CardTopUpViewSet.as_view({"get": "list", "post": "create"})),
    path("card-top-ups/<uuid:pk>", CardTopUpViewSet.as_view({"get": "retrieve"})),
    path("patient-cards/options", PatientCardViewSet.as_view({"get": "offer"})),
    path("patient-cards/<uuid:pk>/balance", PatientCardViewSet.as_view({"get": "balance"})),
    path("patient-cards/<uuid:pk>/statement", CardStatementViewSet.as_view({"get": "list"})),
    path("patient-cards/<uuid:pk>/refund-quote", PatientCardViewSet.as_view({"get": "refund_quote"})),
    path("patient-cards/<uuid:pk>/refund-requests", CardRefundRequestViewSet.as_view({"post": "ask"})),
    path("payment-orders/<uuid:pk>/refund-quote", OrderRefundQuoteViewSet.as_view({"get": "refund_quote"})),
    path("refund-requests", RefundRequestViewSet.as_view({"get": "list", "post": "create"})),
    path("refund-requests/export", RefundRequestViewSet.as_view({"get": "export"})),
    path("refund-requests/<uuid:pk>", RefundRequestViewSet.as_view({"get": "retrieve"})),
    *(
        path(f"refund-requests/<uuid:pk>/{action}", RefundRequestViewSet.as_view({"post": action}))
        for action in ("approve", "reject", "execute")
    ),
]
urlpatterns += [
    path("invoice-ranges", InvoiceRangeViewSet.as_view({"get": "list", "post": "create"})),
    path("invoice-ranges/<uuid:pk>", InvoiceRangeViewSet.as_view({"get": "retrieve"})),
    path("invoice-ranges/<uuid:pk>/usage", InvoiceRangeViewSet.as_view({"get": "usage"})),
    path("invoice-ranges/<uuid:pk>/give-back", InvoiceRangeViewSet.as_view({"post": "give_back"})),
    path("invoice-ranges/<uuid:pk>/verify", InvoiceRangeViewSet.as_view({"post": "verify"})),
    path("invoice-ranges/<uuid:pk>/spoil", InvoiceRangeViewSet.as_view({"post": "spoil"})),
    path("invoice-papers", InvoicePaperViewSet.as_view({"get": "list"})),
    path("invoice-papers/<uuid:pk>", InvoicePaperViewSet.as_view({"get": "retrieve"})),
    path("invoice-papers/<uuid:pk>/void", InvoicePaperViewSet.as_view({"post": "void"})),
]
urlpatterns += [
    path("card-balances", HeldCardViewSet.as_view({"get": "list"})),
    path("card-balances/export", HeldCardViewSet.as_view({"get": "export"})),
    path("card-balances/total", HeldCardViewSet.as_view({"get": "total"})),
    path("balance-announcements", BalanceAnnouncementViewSet.as_view({"get": "list", "post": "create"})),
    path("balance-announcements/<uuid:pk>", BalanceAnnouncementViewSet.as_view({"get": "retrieve"})),
]
