"""退费 at the window: asked for by the clerk, approved by the doctor, executed by the clerk."""

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
from apps.identity.models import StaffMember
from apps.payments.errors import NoOpenShift
from apps.payments.selectors import orders
from apps.payments.types import PaymentOrder
from apps.worklist.errors import ApproverIsRequester
from kernel.errors import InvalidValue, NotFound, StateConflict
from kernel.expectations import EACH_ONCE
from kernel.http.idempotency import idempotent
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
        return self._answer(self.get_object().pk)

    @extend_schema(request=AskForRefundSerializer, responses={201: StaffRefundRequestDetailSerializer})
    @raises(*ASKING)
    @idempotent(atomic=False)
    def create(self, request: Any) -> Response:
        """申请退费 of bills, within what HIS allows. Nothing moves yet."""
        body = AskForRefundSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        amounts = {row["bill_id"]: row.get("amount_fen") for row in data["bills"]}
        made = requests.request_bills(
            order=data["order"], amounts=amounts, reason=data["reason"], staff=self._staff()
        )
        return self._answer(made.pk, status=201)

    @extend_schema(request=RefundDecisionSerializer)
    @raises(StateConflict, ApproverIsRequester)
    def approve(self, request: Any, pk: UUID) -> Response:
        """同意退费, as the bill's doctor or for the department; never by who asked."""
        found = self.get_object()
        body = RefundDecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._answer(requests.approve(found, by=self._staff(), note=body.validated_data["reason"]).pk)

    @extend_schema(request=RefundRejectionSerializer)
    @raises(StateConflict, ApproverIsRequester)
    def reject(self, request: Any, pk: UUID) -> Response:
        """驳回退费, with the reason; never by who asked."""
        found = self.get_object()
        body = RefundRejectionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._answer(requests.reject(found, by=self._staff(), note=body.validated_data["reason"]).pk)

    @extend_schema(request=None)
    @raises(
        StateConflict, errors.AppointmentStands, errors.RefundNeedsApproval, errors.ExecutorIsRequester,
        errors.InvoiceReprintRequired, errors.RefundExceedsBill,
        errors.RefundExceedsBalance, errors.RefundExceedsOnlineTotal, errors.HisRefusedRefund,
        NoOpenShift,
    )  # fmt: skip
    @idempotent(atomic=False)
    def execute(self, request: Any, pk: UUID) -> Response:
        """执行退费: by the way it came, or in cash; executing until the channel confirms it.

        What nobody has approved is executed by somebody else than who asked.
        """
        return self._answer(execute(self.get_object(), staff=self._staff()).pk)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the refund request as it is now."""
        return self._answer(result, status=201 if self.action == "create" else 200)

    def _staff(self) -> StaffMember:
        return StaffMember.objects.get(pk=self.actor.staff_id)

    def _answer(self, pk: UUID, status: int = 200) -> Response:
        return Response(self.get_serializer(reads.one(RefundRequest.objects.all(), pk)).data, status=status)


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

    @extend_schema(
        operation_id="patient_cards_refund_request",
        request=AskForCardRefundSerializer,
        responses={201: StaffRefundRequestDetailSerializer},
    )
    @raises(errors.RefundExceedsBalance, errors.RefundExceedsOnlineTotal, errors.RefundRequested)
    @idempotent(atomic=False)
    def ask(self, request: Any, pk: UUID) -> Response:
        """申请余额退款, through whatever application it came; another person approves or executes it."""
        card = self.get_object()
        body = AskForCardRefundSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        staff = StaffMember.objects.get(pk=self.actor.staff_id)
        return self.replay(request, requests.request_card(card=card, staff=staff, **body.validated_data).pk)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the refund request as it is now."""
        return Response(self.get_serializer(reads.one(RefundRequest.objects.all(), result)).data, status=201)
