"""The patient's own refund of bills, and what became of requests."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.billing import errors
from apps.billing.api.miniprogram.cards import MINIPROGRAM, OwnRows
from apps.billing.api.refund_quotes import quoted_bills
from apps.billing.api.refund_requests import (
    BillQuoteSerializer,
    OwnRefundRequestFilter,
    RefundRequestDetailSerializer,
    RefundRequestSerializer,
)
from apps.billing.models import RefundRequest
from apps.billing.selectors import refund_requests
from apps.billing.services import refund_in_app
from apps.payments.selectors.orders import orders_of
from apps.payments.types import PaymentOrder
from kernel.errors import NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer

#: What stands in the way of a refund in the application.
REFUSALS = (
    StateConflict, errors.RefundNotPaidHere, errors.RefundAtCounter, errors.AppointmentStands,
    errors.HisRefusedRefund,
)  # fmt: skip


class RefundBillsSerializer(Serializer):
    """`bill_ids`: which bills of the order, without it all of them. All that may go back of each goes back."""

    bill_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=100, required=False
    )
    reason = serializers.CharField(max_length=200)


@extend_schema(tags=["payments"])
class OrderRefundViewSet(OwnRows):
    """退费 of an order's bills, by the way they were paid."""

    serializer_class = RefundRequestDetailSerializer
    filter_backends: Any = []

    @extend_schema(operation_id="payment_orders_refund_quote", responses=BillQuoteSerializer)
    @raises(*REFUSALS)
    def refund_quote(self, request: Any, pk: UUID) -> Response:
        """退费试算: how much of each bill of the order may go back here and now."""
        order = self.get_object()
        quote = refund_in_app.quote_in_app(order=order, application=MINIPROGRAM)
        return Response(quoted_bills(order, quote.bills.values(), quote.amounts))

    @command(
        body=RefundBillsSerializer, answer=RefundRequestDetailSerializer, status=201, idempotent=True, atomic=False,
        raises=(*REFUSALS, errors.NothingRefundable, errors.RefundExceedsBill, errors.RefundRequested),
        operation_id="payment_orders_refund",
    )  # fmt: skip
    def refund(
        self, order: PaymentOrder, *, reason: str, bill_ids: Sequence[UUID] | None = None
    ) -> RefundRequest:
        """退费: what may go back goes back by the way it came; executing until the channel confirms it."""
        made = refund_in_app.refund_in_app(
            order=order, application=MINIPROGRAM, account=self.account, reason=reason, wanted=bill_ids
        )
        return self.replay(made.pk)

    def replay(self, made: UUID) -> RefundRequest:
        """The request as it is now."""
        return refund_requests.one(RefundRequest.objects.filter(account=self.account), made)

    def get_object(self) -> PaymentOrder:
        own = orders_of(self.account).select_related("hospital")
        order = own.filter(pk=self.kwargs["pk"]).first()
        if order is None:
            raise NotFound
        return order


@extend_schema(tags=["payments"])
class RefundRequestViewSet(OwnRows):
    """退费申请 of the bound patients, made here or at the window."""

    serializer_class = RefundRequestSerializer
    filterset_class = OwnRefundRequestFilter

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RefundRequest.objects.none()
        return refund_requests.requests_of(self.account)

    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """退费申请, the newest first."""
        page = self.paginate_queryset(refund_requests.listed(self.filter_queryset(self.get_queryset())))
        rows = refund_requests.rows_of(page or ())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(responses=RefundRequestDetailSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One request with its refunds; poll it until it is done."""
        found = refund_requests.one(self.get_queryset(), pk)
        return Response(RefundRequestDetailSerializer(found).data)
