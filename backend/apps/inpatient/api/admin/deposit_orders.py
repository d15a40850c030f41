"""押金单 and 押金上限 at the hospital."""

import datetime as dt
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.rows import RowViewSet
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.inpatient.api.admin.deposits import WINDOW
from apps.inpatient.api.deposit_orders import DepositOrderFilter, StaffDepositOrderSerializer, listed
from apps.inpatient.api.deposits import REFUSALS, StaffDepositSerializer
from apps.inpatient.api.serializers import DiagnosisCodeField
from apps.inpatient.models import Admission, DepositCeiling, DepositOrder, DepositTransaction
from apps.inpatient.selectors import deposits
from apps.inpatient.services.deposit_orders import ask_for_deposit, pay_order, withdraw_order
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer
from kernel.money import MAX_FEN


@extend_schema(tags=["inpatient"])
class DepositCeilingViewSet(RowViewSet):
    """押金上限 by diagnosis and payer."""

    model = DepositCeiling
    resource = "inpatient.deposit_ceiling"
    columns = ("hospital", "payer_type", "code_prefix", "diagnosis_name", "ceiling_fen", "is_active")
    declared = {
        "code_prefix": DiagnosisCodeField(max_length=20, allow_blank=True, default=""),
        "ceiling_fen": serializers.IntegerField(min_value=1, max_value=MAX_FEN),
    }
    filters = ("hospital", "payer_type", "is_active")
    searched = ("code_prefix", "diagnosis_name")
    ordering = ["code_prefix", "diagnosis_name"]


class AskForDepositSerializer(Serializer):
    """How much, and by which day."""

    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)
    due_on = serializers.DateField()
    note = serializers.CharField(max_length=100, allow_blank=True, default="")


@extend_schema(tags=["inpatient"])
class DepositOrderViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """押金单: asked for, paid, withdrawn."""

    model = DepositOrder
    resource = "inpatient.deposit_order"
    codes = {"withdraw": "add", "pay": "pay"}
    serializer_class = StaffDepositOrderSerializer
    filterset_class = DepositOrderFilter
    ordering_fields: Any = []
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return listed(DepositOrder.objects.all())

    @command(
        answer=StaffDepositOrderSerializer, raises=(StateConflict,), operation_id="deposit_orders_withdraw"
    )
    def withdraw(self, asked: DepositOrder) -> DepositOrder:
        """撤销押金单."""
        return withdraw_order(asked)

    @command(
        answer=StaffDepositSerializer, status=201, idempotent=True, atomic=False, raises=(StateConflict, *REFUSALS),
        operation_id="deposit_orders_pay",
    )  # fmt: skip
    def pay(self, asked: DepositOrder) -> DepositTransaction:
        """窗口收押金单: an order that is settled like any other."""
        return self.replay(pay_order(asked, application=WINDOW, staff=self.me).pk)

    def replay(self, made: UUID) -> DepositTransaction:
        """The deposit as it is now."""
        return deposits.one(DepositTransaction.objects.all(), made)


@extend_schema(tags=["inpatient"])
class AdmissionDepositOrderViewSet(ScopedViewSet):
    """押金单 of a stay."""

    model = Admission
    resource = "inpatient.deposit_order"
    serializer_class = StaffDepositOrderSerializer
    filter_backends: Any = []

    def base_queryset(self) -> Any:
        return Admission.objects.select_related("hospital", "patient")

    @command(
        body=AskForDepositSerializer, answer=StaffDepositOrderSerializer, status=201, idempotent=True,
        raises=(InvalidValue, *REFUSALS), operation_id="admissions_deposit_orders_create",
    )  # fmt: skip
    def create(self, stay: Admission, *, amount_fen: int, due_on: dt.date, note: str) -> DepositOrder:
        """开押金单: the patient is to pay so much by that day."""
        made = ask_for_deposit(stay, amount_fen=amount_fen, due_on=due_on, note=note, staff=self.me)
        found: DepositOrder = listed(DepositOrder.objects.all()).get(pk=made.pk)
        return found
