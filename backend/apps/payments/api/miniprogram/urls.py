from django.urls import path

from apps.payments.api.miniprogram.orders import PaymentOrderViewSet, RefundViewSet

_ORDER = "payment-orders/<uuid:pk>"

urlpatterns = [
    path("payment-orders", PaymentOrderViewSet.as_view({"get": "list"})),
    path(_ORDER, PaymentOrderViewSet.as_view({"get": "retrieve"})),
    path(f"{_ORDER}/channels", PaymentOrderViewSet.as_view({"get": "channels"})),
    path(f"{_ORDER}/pay", PaymentOrderViewSet.as_view({"post": "pay"})),
    path(f"{_ORDER}/pay-with-card", PaymentOrderViewSet.as_view({"post": "pay_with_card"})),
    path(f"{_ORDER}/cancel", PaymentOrderViewSet.as_view({"post": "cancel"})),
    path("refunds", RefundViewSet.as_view({"get": "list"})),
    path("refunds/<uuid:pk>", RefundViewSet.as_view({"get": "retrieve"})),
]
