from django.urls import path

from apps.reconciliation.api.partner.bills import (
    HandedInView,
    HandInView,
    HisBillsView,
    HisBillView,
)
from apps.reconciliation.api.partner.day_bills import HospitalBillView, OwnBillView

urlpatterns = [
    path("day-bill", OwnBillView.as_view()),
    path("day-bills", HandInView.as_view()),
    path("day-bills/<uuid:pk>", HandedInView.as_view()),
    path("his-bills", HisBillsView.as_view()),
    path("his-bills/<uuid:pk>", HisBillView.as_view()),
    path("hospital-day-bill", HospitalBillView.as_view()),
]
