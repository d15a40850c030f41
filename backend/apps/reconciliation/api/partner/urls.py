from django.urls import path

from apps.reconciliation.api.partner.day_bills import HospitalBillView, OwnBillView

urlpatterns = [
    path("day-bill", OwnBillView.as_view()),
    path("hospital-day-bill", HospitalBillView.as_view()),
]
