from django.urls import path

from apps.receipts.api.miniprogram.receipts import OwnEReceiptViewSet

urlpatterns = [
    path("e-receipts", OwnEReceiptViewSet.as_view({"get": "list"})),
    path("e-receipts/<uuid:pk>", OwnEReceiptViewSet.as_view({"get": "retrieve"})),
]
