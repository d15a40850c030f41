from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.billing.api.etag import unless_known
from apps.billing.api.filters import OwnBillFilter
from apps.billing.api.opening import REFUSALS
from apps.billing.api.serializers import (
    BillDetailSerializer,
    BillSerializer,
    ItemSerializer,
    OpenedOrderSerializer,
)
from apps.billing.models import Bill, BillKind
from apps.billing.selectors import bills, vouchers
from apps.billing.selectors.payable import payable_of
from apps.billing.services.checkout import MAX_BILLS, open_payment
from apps.billing.services.refresh import refresh_bills
from apps.billing.states import BILLS
from apps.patients.errors import CardRequired
from apps.patients.selectors import require_binding
from apps.payments.payers import PayerType
from apps.payments.selectors.orders import orders_of
from apps.payments.types import PaymentOrder
from kernel.errors import NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated

MAX_PAYABLE = 200
POLLED = [OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="the last ETag")]
UNCHANGED = OpenApiResponse(description="Nothing has changed.")


class VoucherSerializer(Serializer):
    """缴费凭证 for pharmacy and examination; an item with `performed_at` was handed out or done already."""

    id = serializers.UUIDField()
    bill_no = serializers.CharField()
    voucher_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=BillKind.choices)
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=BILLS.choices)
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    paid_at = serializers.DateTimeField()
    channel = serializers.CharField(allow_blank=True)
    hospital_name = serializers.CharField()
    department_name = serializers.CharField(allow_blank=True)
    location = serializers.CharField(allow_blank=True)
    practitioner_name = serializers.CharField(allow_blank=True)
    patient_name = serializers.CharField()
    mrn = serializers.CharField()
    items = ItemSerializer(many=True)


class PayableQuerySerializer(Serializer):
    binding_id = serializers.UUIDField(required=False)


class PayableBillsSerializer(Serializer):
    """待缴费. `is_current` false: HIS does not answer, and what is listed is what was known before."""

    is_current = serializers.BooleanField()
    bills = BillSerializer(many=True)


class PayBillsSerializer(Serializer):
    """Whole bills of one patient; `binding_id` is for whom, without it the default card."""

    binding_id = serializers.UUIDField(required=False, allow_null=True)
    bill_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_BILLS)
    payer_type = serializers.ChoiceField(choices=PayerType.choices, default=PayerType.SELF_PAY.value)


@extend_schema(tags=["bills"])
class BillViewSet(OwnViewSet):
    """账单 of the patients whose cards are bound to the account."""

    serializer_class = BillSerializer
    filterset_class = OwnBillFilter
    ordering_fields = ["issued_at"]
    ordering = ["-issued_at"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Bill.objects.none()
        return bills.bills_of(self.account)

    @extend_schema(parameters=POLLED, responses={200: BillSerializer(many=True), 304: UNCHANGED})
    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Any:
        """账单和缴费记录, the latest first; may be polled with `If-None-Match`."""
        rows = self.paginate_queryset(bills.rows_of(self.filter_queryset(self.get_queryset())))
        shown = [bills.shown_to_patient(row) for row in rows or ()]
        return unless_known(request, self.get_paginated_response(shown))

    @extend_schema(
        parameters=[PayableQuerySerializer, *POLLED],
        responses={200: PayableBillsSerializer, 304: UNCHANGED},
        filters=False,
        operation_id="bills_payable",
    )
    @raises(CardRequired, NotFound)
    def payable(self, request: Any) -> Any:
        """待缴费 of a card (else the default one), the registration first; polled with `If-None-Match`."""
        asked = validated(PayableQuerySerializer, request.query_params.dict())
        patient = require_binding(self.account, asked.get("binding_id")).patient
        is_current = refresh_bills([patient])
        rows = bills.rows_of(payable_of(patient.pk))[:MAX_PAYABLE]
        shown = [bills.shown_to_patient(row) for row in rows]
        return unless_known(request, Response({"is_current": is_current, "bills": shown}))

    @extend_schema(responses=BillDetailSerializer)
    @raises(CardRequired)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One bill with its items, quantities, prices and amounts: the details before paying."""
        return Response(bills.one(self.get_queryset(), pk, show=bills.shown_to_patient))

    @extend_schema(responses=VoucherSerializer)
    @raises(CardRequired, StateConflict)
    def voucher(self, request: Any, pk: UUID) -> Response:
        """缴费凭证 of a paid bill: the number that pharmacy and examination ask for."""
        return Response(vouchers.voucher_of(self.get_queryset(), pk))


class PayBillsView(OwnViewSet):
    """支付单 from bills."""

    serializer_class = OpenedOrderSerializer

    @command(
        body=PayBillsSerializer, answer=OpenedOrderSerializer, status=201, raises=(*REFUSALS, CardRequired),
        idempotent=True, atomic=False, operation_id="payment_orders_create", tags=["payments"],
    )  # fmt: skip
    def create(self, *, binding_id: UUID | None = None, **what: Any) -> PaymentOrder:
        """Open a payment of whole bills; a registration and its mandatory bills are paid together."""
        patient = require_binding(self.account, binding_id).patient
        return open_payment(
            hospital=patient.hospital, patient_id=patient.pk, application="miniprogram", account=self.account,
            **what,
        )  # fmt: skip

    def replay(self, made: UUID) -> PaymentOrder:
        """The order as it is now."""
        order = orders_of(self.account).filter(pk=made).first()
        if order is None:
            raise NotFound
        return order
