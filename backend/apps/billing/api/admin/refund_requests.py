"""退费 at the window: asked for by the clerk, approved by the doctor, executed by the clerk."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ScopedViewSet
from apps.billing import errors
from apps.billing.api.admin.cards import OfCard
from apps.billing.api.refund_quotes import quoted_bills
from apps.billing.api.refund_requests import (
    BillQuoteSerializer,
    RefundRequestFilter,
    StaffRefundRequestDetailSerializer,
    StaffRefundRequestSerializer,
)
from apps.billing.models import RefundRequest
from apps.billing.selectors import refund_requests as reads
from apps.billing.services import refund_requests as requests
from apps.billing.services.refund_allowance import bills_in
from apps.billing.services.refund_execution import execute
from apps.patients.models import PatientCard
from apps.payments.errors import NoOpenShift
from apps.payments.selectors import orders
from apps.payments.types import PaymentOrder
from apps.worklist.errors import ApproverIsRequester
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.expectations import EACH_ONCE
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.money import MAX_FEN

ASKING = (
    NotFound, StateConflict, errors.AppointmentStands, errors.NothingRefundable, errors.RefundExceedsBill,
    errors.RefundOfSeveralDoctors, errors.RefundRequested,
    errors.HisRefusedRefund,
)  # fmt: skip


class RequestedBillSerializer(Serializer):
    """`amount_fen`: without it all that may go back."""

    bill_id = serializers.UUIDField()
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN, required=False)


class AskForRefundSerializer(Serializer):
    """Which bills of which payment order."""

    order_id = ScopedRelatedField(source="order", queryset=orders.of_hospitals())
    bills = serializers.ListField(child=RequestedBillSerializer(), min_length=1, max_length=100)
    reason = serializers.CharField(max_length=200)

    def validate_bills(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({row["bill_id"] for row in value}) != len(value):
            raise InvalidValue(field="bills", expected=EACH_ONCE)
        return value


class AskForCardRefundSerializer(Serializer):
    """How much of the card's balance."""

    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)
    reason = serializers.CharField(max_length=200)


class RefundDecisionSerializer(Serializer):
    """Why, if there is something to say."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class RefundRejectionSerializer(Serializer):
    reason = serializers.CharField(max_length=200)


@extend_schema(tags=["billing"])
class RefundRequestViewSet(ExportMixin, ScopedViewSet):
    """退费申请: ask, decide, execute. A doctor sees those of the own bills."""

    model = RefundRequest
    resource = "billing.refund_request"
    codes = {"approve": "approve", "reject": "approve", "execute": "execute"}
    serializer_class = StaffRefundRequestDetailSerializer
    filterset_class = RefundRequestFilter
    ordering_fields = ["created_at", "amount_fen"]
    ordering = ["-id"]
    export_columns = {
        "created_at": "created_at", "amount_fen": "amount_fen", "state": "state", "reason": "reason",
        "order__order_no": "order_no", "patient__name": "patient_name", "patient__mrn": "mrn",
        "hospital__name": "hospital_name", "department__name": "department_name",
        "practitioner__name": "practitioner_name", "requested_by__name": "requested_by_name",
        "approval__ended_at": "decided_at", "approval__reason": "decision_note",
        "executed_by__name": "executed_by_name", "executed_at": "executed_at", "ended_at": "ended_at",
    }  # fmt: skip

    def base_queryset(self) -> Any:
        return reads.listed(RefundRequest.objects.select_related("card__hospital"))

    @extend_schema(responses=StaffRefundRequestSerializer(many=True))
    def list(self, request: Any) -> Response:
        """退费申请 within reach, the newest first."""
        rows = reads.rows_of(self.paginate_queryset(self.listed()) or ())
        shown = StaffRefundRequestSerializer(rows, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One request with its bills, its refunds and the reprints it still needs."""
        return Response(self.get_serializer(self.as_now(self.get_object().pk)).data)

    @command(
        body=AskForRefundSerializer, answer=StaffRefundRequestDetailSerializer, status=201, raises=ASKING,
        idempotent=True, atomic=False,
    )  # fmt: skip
    def create(self, *, order: PaymentOrder, bills: Iterable[dict[str, Any]], reason: str) -> RefundRequest:
        """申请退费 of bills, within what HIS allows. Nothing moves yet."""
        amounts = {row["bill_id"]: row.get("amount_fen") for row in bills}
        return requests.request_bills(order=order, amounts=amounts, reason=reason, staff=self.me)

    @command(
        body=RefundDecisionSerializer, answer=StaffRefundRequestDetailSerializer,
        raises=(StateConflict, ApproverIsRequester),
    )  # fmt: skip
    def approve(self, found: RefundRequest, *, reason: str) -> RefundRequest:
        """同意退费, as the bill's doctor or for the department; never by who asked."""
        return requests.approve(found, by=self.me, note=reason)

    @command(
        body=RefundRejectionSerializer, answer=StaffRefundRequestDetailSerializer,
        raises=(StateConflict, ApproverIsRequester),
    )  # fmt: skip
    def reject(self, found: RefundRequest, *, reason: str) -> RefundRequest:
        """驳回退费, with the reason; never by who asked."""
        return requests.reject(found, by=self.me, note=reason)

    @command(
        answer=StaffRefundRequestDetailSerializer, idempotent=True, atomic=False,
        raises=(
            StateConflict, errors.AppointmentStands, errors.RefundNeedsApproval, errors.ExecutorIsRequester,
            errors.InvoiceReprintRequired, errors.RefundExceedsBill, errors.RefundExceedsBalance,
            errors.RefundExceedsOnlineTotal, errors.HisRefusedRefund, NoOpenShift,
        ),
    )  # fmt: skip
    def execute(self, found: RefundRequest) -> RefundRequest:
        """执行退费: by the way it came, or in cash; executing until the channel confirms it.

        What nobody has approved is executed by somebody else than who asked.
        """
        return execute(found, staff=self.me)

    def as_now(self, pk: UUID) -> RefundRequest:
        return reads.one(RefundRequest.objects.all(), pk)


@extend_schema(tags=["billing"])
class OrderRefundQuoteViewSet(ScopedViewSet):
    """退费试算 of a payment order's bills."""

    model = PaymentOrder
    resource = "billing.refund_request"
    codes = {"refund_quote": "add"}
    filter_backends: Any = []

    def base_queryset(self) -> Any:
        return orders.of_hospitals()

    @extend_schema(operation_id="payment_orders_refund_quote", responses=BillQuoteSerializer)
    @raises(StateConflict, errors.HisRefusedRefund)
    def refund_quote(self, request: Any, pk: UUID) -> Response:
        """退费试算: how much of each bill of the order may go back, as HIS says."""
        order = self.get_object()
        return Response(quoted_bills(order, bills_in(order).values(), requests.quote_bills(order)))


@extend_schema(tags=["billing"])
class CardRefundRequestViewSet(OfCard):
    """退费申请 of a card's balance."""

    codes = {"ask": "billing.refund_request.add"}
    serializer_class = StaffRefundRequestDetailSerializer

    @command(
        body=AskForCardRefundSerializer, answer=StaffRefundRequestDetailSerializer, status=201,
        idempotent=True, atomic=False, operation_id="patient_cards_refund_request",
        raises=(errors.RefundExceedsBalance, errors.RefundExceedsOnlineTotal, errors.RefundRequested),
    )  # fmt: skip
    def ask(self, card: PatientCard, **values: Any) -> RefundRequest:
        """申请余额退款, through whatever application it came; another person approves or executes it."""
        return self.replay(requests.request_card(card=card, staff=self.me, **values).pk)

    def replay(self, made: UUID) -> RefundRequest:
        """The refund request as it is now."""
        return reads.one(RefundRequest.objects.all(), made)
