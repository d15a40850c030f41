"""出院结算 at the window."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, ScopedViewSet
from apps.billing.errors import InsuranceNotSupported
from apps.inpatient import errors
from apps.inpatient.api.admin.deposits import WINDOW
from apps.inpatient.api.settlements import (
    COLLECT_REFUSALS,
    SettlementFilter,
    StaffSettlementDetailSerializer,
    StaffSettlementSerializer,
    with_money,
)
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.selectors import settlements
from apps.inpatient.services.collecting import collect, withdraw
from apps.inpatient.services.settlement_reopening import ask_to_reopen
from apps.inpatient.services.settling import return_missing, settle
from apps.payments.errors import NoOpenShift
from apps.worklist.errors import ApprovalOpen, NobodyDecides
from kernel.errors import StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer


class ReopenSettlementSerializer(Serializer):
    """`reason`: why it is taken back."""

    reason = serializers.CharField(max_length=200)


@extend_schema(tags=["inpatient"])
class SettlementViewSet(ListMixin, ScopedViewSet):
    """出院结算: what was settled, what is still to be paid or to go back."""

    model = DischargeSettlement
    resource = "inpatient.settlement"
    codes = {"collect": "add", "withdraw": "add", "return_rest": "add", "reopen": "reopen"}
    serializer_class = StaffSettlementSerializer
    filterset_class = SettlementFilter
    ordering_fields: Any = []
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return settlements.listed(DischargeSettlement.objects.all())

    @extend_schema(responses=StaffSettlementDetailSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One settlement with its money."""
        return Response(StaffSettlementDetailSerializer(with_money(self.get_object())).data)

    @command(
        answer=StaffSettlementDetailSerializer, raises=COLLECT_REFUSALS, idempotent=True, atomic=False,
        operation_id="settlements_collect",
    )  # fmt: skip
    def collect(self, row: DischargeSettlement) -> DischargeSettlement:
        """补缴: the order for what the deposit lacks; the stay is settled once it is posted."""
        collect(row, application=WINDOW, staff=self.me)
        return row

    @command(
        answer=StaffSettlementDetailSerializer, raises=(StateConflict,), operation_id="settlements_withdraw"
    )
    def withdraw(self, row: DischargeSettlement) -> DischargeSettlement:
        """取消结算: nobody has paid; charges can be put right."""
        return withdraw(row)

    @command(
        answer=StaffSettlementDetailSerializer, idempotent=True, atomic=False,
        raises=(StateConflict, errors.DepositNotReturnable, NoOpenShift), operation_id="settlements_return_rest",
    )  # fmt: skip
    def return_rest(self, row: DischargeSettlement) -> DischargeSettlement:
        """退还剩余押金: what HIS had not let go back is decided again."""
        return return_missing(row, staff=self.me)

    @command(
        body=ReopenSettlementSerializer, answer=StaffSettlementDetailSerializer, idempotent=True,
        raises=(StateConflict, errors.ReopenTooLate, ApprovalOpen, NobodyDecides), operation_id="settlements_reopen",
    )  # fmt: skip
    def reopen(self, row: DischargeSettlement, *, reason: str) -> DischargeSettlement:
        """申请撤销结算: on its own day; another person has to agree."""
        return ask_to_reopen(row, by=self.me, reason=reason)

    def as_now(self, pk: UUID) -> DischargeSettlement:
        return with_money(settlements.one(DischargeSettlement.objects.all(), pk))


@extend_schema(tags=["inpatient"])
class AdmissionSettlementViewSet(ScopedViewSet):
    """出院结算 of a stay."""

    model = Admission
    resource = "inpatient.settlement"
    codes = {"settle": "add"}
    serializer_class = StaffSettlementDetailSerializer
    filter_backends: Any = []

    @command(
        answer=StaffSettlementDetailSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            errors.StayNotOver, errors.ChargesMayCome, InsuranceNotSupported, errors.StaySettled,
            errors.DepositNotReturnable, NoOpenShift,
        ),
        operation_id="admissions_settle",
    )  # fmt: skip
    def settle(self, stay: Admission) -> DischargeSettlement:
        """出院结算: the charges are taken out of the deposit; the rest goes back, or is asked for."""
        return self.replay(settle(stay, staff=self.me).pk)

    def replay(self, made: UUID) -> DischargeSettlement:
        """The settlement as it is now."""
        return with_money(settlements.one(DischargeSettlement.objects.all(), made))
