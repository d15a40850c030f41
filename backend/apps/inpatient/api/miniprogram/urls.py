from typing import Any

from django.urls import path

from apps.inpatient.api.miniprogram.admissions import AdmissionViewSet
from apps.inpatient.api.miniprogram.deposit_orders import DepositOrderViewSet
from apps.inpatient.api.miniprogram.deposits import AdmissionDepositViewSet, DepositViewSet
from apps.inpatient.api.miniprogram.settlements import SettlementViewSet

urlpatterns: list[Any] = [
    path("deposit-orders", DepositOrderViewSet.as_view({"get": "list"})),
    path("deposit-orders/<uuid:pk>/pay", DepositOrderViewSet.as_view({"post": "pay"})),
    path("settlements/<uuid:pk>", SettlementViewSet.as_view({"get": "retrieve"})),
    path("settlements/<uuid:pk>/collect", SettlementViewSet.as_view({"post": "collect"})),
    path("admissions", AdmissionViewSet.as_view({"get": "list"})),
    path("admissions/find", AdmissionViewSet.as_view({"post": "find"})),
    path("admissions/<uuid:pk>", AdmissionViewSet.as_view({"get": "retrieve"})),
    path("admissions/<uuid:pk>/daily-charges", AdmissionViewSet.as_view({"get": "daily_charges"})),
    path("admissions/<uuid:pk>/deposits", AdmissionDepositViewSet.as_view({"post": "create"})),
    path("inpatient-deposits", DepositViewSet.as_view({"get": "list"})),
    path("inpatient-deposits/<uuid:pk>", DepositViewSet.as_view({"get": "retrieve"})),
]
