from django.urls import path

from apps.messaging.api.callbacks.aliyun import sms_report

urlpatterns = [path("aliyun-sms/<str:token>", sms_report)]
