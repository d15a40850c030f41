from typing import Any

from django.urls import path

from apps.inpatient.api.admin.admissions import AdmissionViewSet
from apps.inpatient.api.admin.bed_stays import AdmissionBedStayViewSet
from apps.inpatient.api.admin.charges import AdmissionChargeViewSet, InpatientChargeViewSet
from apps.inpatient.api.admin.deposit_orders import (
    AdmissionDepositOrderViewSet,
    DepositCeilingViewSet,
    DepositOrderViewSet,
)
from apps.inpatient.api.admin.deposits import AdmissionDepositViewSet, DepositViewSet
from apps.inpatient.api.admin.settlements import AdmissionSettlementViewSet, SettlementViewSet
from apps.inpatient.api.admin.statements import AdmissionStatementViewSet
from apps.inpatient.api.admin.wards import BedBoardViewSet, BedViewSet, WardCensusViewSet, WardViewSet

_SETTLEMENT = "settlements/<uuid:pk>"
_ROW: Any = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
urlpatterns: list[Any] = [
    path("admissions/<uuid:pk>/settle", AdmissionSettlementViewSet.as_view({"post": "settle"})),
    path("settlements", SettlementViewSet.as_view({"get": "list"})),
    path(_SETTLEMENT, SettlementViewSet.as_view({"get": "retrieve"})),
    path(f"{_SETTLEMENT}/collect", SettlementViewSet.as_view({"post": "collect"})),
    path(f"{_SETTLEMENT}/withdraw", SettlementViewSet.as_view({"post": "withdraw"})),
    path(f"{_SETTLEMENT}/return-rest", SettlementViewSet.as_view({"post": "return_rest"})),
    path(f"{_SETTLEMENT}/reopen", SettlementViewSet.as_view({"post": "reopen"})),
    path("admissions/<uuid:pk>/deposit-orders", AdmissionDepositOrderViewSet.as_view({"post": "create"})),
    path("deposit-orders", DepositOrderViewSet.as_view({"get": "list"})),
    path("deposit-orders/<uuid:pk>", DepositOrderViewSet.as_view({"get": "retrieve"})),
    path("deposit-orders/<uuid:pk>/withdraw", DepositOrderViewSet.as_view({"post": "withdraw"})),
    path("deposit-orders/<uuid:pk>/pay", DepositOrderViewSet.as_view({"post": "pay"})),
    path("deposit-ceilings", DepositCeilingViewSet.as_view({"get": "list", "post": "create"})),
    path("deposit-ceilings/<uuid:pk>", DepositCeilingViewSet.as_view(_ROW)),
    path("wards", WardViewSet.as_view({"get": "list", "post": "create"})),
    path("wards/options", WardViewSet.as_view({"get": "offer"})),
    path("wards/<uuid:pk>", WardViewSet.as_view(_ROW)),
    path("ward-census", WardCensusViewSet.as_view({"get": "list"})),
    path("beds", BedViewSet.as_view({"get": "list", "post": "create"})),
    path("beds/options", BedViewSet.as_view({"get": "offer"})),
    path("beds/<uuid:pk>", BedViewSet.as_view(_ROW)),
    path("beds/<uuid:pk>/clean", BedViewSet.as_view({"post": "clean"})),
    path("beds/<uuid:pk>/close", BedViewSet.as_view({"post": "close"})),
    path("beds/<uuid:pk>/reopen", BedViewSet.as_view({"post": "reopen"})),
    path("bed-board", BedBoardViewSet.as_view({"get": "list"})),
    path("admissions/<uuid:pk>/place", AdmissionViewSet.as_view({"post": "place"})),
    path("admissions/<uuid:pk>/bed-stays", AdmissionBedStayViewSet.as_view({"get": "list"})),
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
