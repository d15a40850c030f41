from typing import Any

from django.urls import path

from apps.inpatient.api.admin.admissions import AdmissionViewSet
from apps.inpatient.api.admin.charges import AdmissionChargeViewSet, InpatientChargeViewSet
from apps.inpatient.api.admin.deposits import AdmissionDepositViewSet, DepositViewSet
from apps.inpatient.api.admin.statements import AdmissionStatementViewSet

urlpatterns: list[Any] = [
    path("admissions", AdmissionViewSet.as_view({"get": "list", "post": "create"})),
    path("admissions/options", AdmissionViewSet.as_view({"get": "offer"})),
    path("admissions/<uuid:pk>", AdmissionViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("admissions/<uuid:pk>/discharge", AdmissionViewSet.as_view({"post": "discharge"})),
    path("admissions/<uuid:pk>/recall", AdmissionViewSet.as_view({"post": "recall"})),
    path("admissions/<uuid:pk>/charges", AdmissionChargeViewSet.as_view({"get": "list", "post": "create"})),
    path("admissions/<uuid:pk>/statement", AdmissionStatementViewSet.as_view({"get": "statement"})),
    path("admissions/<uuid:pk>/statement/export", AdmissionStatementViewSet.as_view({"get": "export"})),
    path("admissions/<uuid:pk>/daily-charges", AdmissionStatementViewSet.as_view({"get": "daily_charges"})),
    path("admissions/<uuid:pk>/deposits", AdmissionDepositViewSet.as_view({"post": "create"})),
    path("inpatient-charges/<uuid:pk>/reverse", InpatientChargeViewSet.as_view({"post": "reverse"})),
    path("inpatient-deposits", DepositViewSet.as_view({"get": "list"})),
    path("inpatient-deposits/<uuid:pk>", DepositViewSet.as_view({"get": "retrieve"})),
]
