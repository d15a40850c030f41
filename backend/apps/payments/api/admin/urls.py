from django.urls import path

from apps.payments.api.admin.applications import ApplicationOptionsView
from apps.payments.api.admin.grants import PartnerChannelViewSet
from apps.payments.api.admin.ledger import (
    LedgerAccountViewSet,
    LedgerStatementViewSet,
    LedgerTransactionViewSet,
    TrialBalanceView,
)
from apps.payments.api.admin.merchants import ChannelsView, MerchantAccountViewSet
from apps.payments.api.admin.orders import PaymentOrderViewSet
from apps.payments.api.admin.refunds import RefundViewSet

_ORDER, _REFUND, _MERCHANT = "payment-orders/<uuid:pk>", "refunds/<uuid:pk>", "merchant-accounts/<uuid:pk>"

urlpatterns = [
    path("payment-orders", PaymentOrderViewSet.as_view({"get": "list"})),
    path("payment-orders/export", PaymentOrderViewSet.as_view({"get": "export"})),
    path("payment-orders/options", PaymentOrderViewSet.as_view({"get": "offer"})),
    path(_ORDER, PaymentOrderViewSet.as_view({"get": "retrieve"})),
    path(f"{_ORDER}/settle", PaymentOrderViewSet.as_view({"post": "settle"})),
    path(f"{_ORDER}/receipt", PaymentOrderViewSet.as_view({"get": "receipt"})),
    path(f"{_ORDER}/show-code", PaymentOrderViewSet.as_view({"post": "show_code"})),
    path(f"{_ORDER}/withdraw-codes", PaymentOrderViewSet.as_view({"post": "withdraw_codes"})),
    path(f"{_ORDER}/cancel", PaymentOrderViewSet.as_view({"post": "cancel"})),
    path("refunds", RefundViewSet.as_view({"get": "list"})),
    path("refunds/options", RefundViewSet.as_view({"get": "offer"})),
    path("refunds/export", RefundViewSet.as_view({"get": "export"})),
    path(_REFUND, RefundViewSet.as_view({"get": "retrieve"})),
    path(f"{_REFUND}/reissue", RefundViewSet.as_view({"post": "reissue"})),
    path(f"{_REFUND}/void-slip", RefundViewSet.as_view({"post": "void_slip"})),
    path(f"{_REFUND}/pay-out", RefundViewSet.as_view({"post": "pay_out"})),
    path("merchant-accounts", MerchantAccountViewSet.as_view({"get": "list", "post": "create"})),
    path("merchant-accounts/options", MerchantAccountViewSet.as_view({"get": "offer"})),
    path(_MERCHANT, MerchantAccountViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("partner-channels", PartnerChannelViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "partner-channels/<uuid:pk>",
        PartnerChannelViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("payment-applications/options", ApplicationOptionsView.as_view()),
    path("payment-channels", ChannelsView.as_view()),
    path("ledger/accounts", LedgerAccountViewSet.as_view({"get": "list"})),
    path("ledger/accounts/<uuid:pk>", LedgerAccountViewSet.as_view({"get": "retrieve"})),
    path("ledger/accounts/<uuid:pk>/entries", LedgerStatementViewSet.as_view({"get": "list"})),
    path("ledger/transactions", LedgerTransactionViewSet.as_view({"get": "list"})),
    path("ledger/transactions/export", LedgerTransactionViewSet.as_view({"get": "export"})),
    path("ledger/transactions/<uuid:pk>", LedgerTransactionViewSet.as_view({"get": "retrieve"})),
    path("ledger/trial-balance", TrialBalanceView.as_view()),
]
