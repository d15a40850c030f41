from django.urls import path

from apps.payments.api.callbacks.channels import channel_push

urlpatterns = [path("payments/<uuid:merchant_id>", channel_push)]
