from django.urls import path

from workflows.api.miniprogram.checkout import CheckoutViewSet

urlpatterns = [path("appointments/<uuid:pk>/checkout", CheckoutViewSet.as_view({"post": "checkout"}))]
