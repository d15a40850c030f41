from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.audit.middleware import client_ip
from apps.patients.errors import CardRequired
from apps.patients.selectors import bindings_of, name_for, require_binding
from apps.payments import errors
from apps.payments.api.filters import OwnOrderFilter, OwnRefundFilter
from apps.payments.api.serializers import (
    OpenedAttemptSerializer,
    PaymentOrderSerializer,
    RefundSerializer,
)
from apps.payments.channels.base import PayMethod
from apps.payments.models import CloseCause, PaymentAttempt, PaymentOrder, Refund
from apps.payments.selectors import channels, orders
from apps.payments.services.advance_order import give_up
from apps.payments.services.counter import pay_from_card
from apps.payments.services.orders import check_opener
from apps.payments.services.pay import pay_online
from kernel.errors import REQUIRED, InvalidValue, NotFound, StateConflict
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated
from kernel.http.views import GenericViewSet

#: The channel whose mini-program our patients come through.
WECHAT_PAY = "wechat_pay"
ONLINE = [
    (m.value, m.value) for m in (PayMethod.MINI_PROGRAM, PayMethod.QR_CODE, PayMethod.WAP, PayMethod.APP)
]


class PaySerializer(Serializer):
    """How to pay: one of the order's `channels`; `method` may be left out where only one is possible."""

    channel = serializers.CharField(max_length=24)
    method = serializers.ChoiceField(choices=ONLINE, required=False)


class OfferedChannelSerializer(serializers.Serializer[Any]):
    """A way to pay that the hospital offers."""

    channel = serializers.CharField()
    title = serializers.CharField()
    methods = serializers.ListField(child=serializers.CharField())


class OwnOrders(GenericViewSet[Any]):
    """Rows of the patients that are bound to the account."""

    permission_classes = [IsPatientAccount]
    lookup_value_converter = "uuid"
    ordering = ["-id"]
    ordering_fields = ["created_at"]


@extend_schema(tags=["payments"])
class PaymentOrderViewSet(OwnOrders):
    """缴费记录: payment orders of the bound patients; pay them, or give them up."""

    serializer_class = PaymentOrderSerializer
    filterset_class = OwnOrderFilter

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PaymentOrder.objects.none()
        return orders.orders_of(self.request.user.wechat)  # type: ignore[union-attr]

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """缴费记录 of the bound patients, the newest first; choose one with `binding_id`."""
        require_binding(request.user.wechat)
        page = self.paginate_queryset(orders.listed(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One payment order; poll it after paying until it is posted."""
        return self._answer(self._find(pk))

    @extend_schema(responses=OfferedChannelSerializer(many=True), filters=False)
    def channels(self, request: Any, pk: UUID) -> Response:
        """支付方式: how this order can be paid online at its hospital."""
        return Response(channels.offered(self._find(pk).hospital_id, inside=WECHAT_PAY))

    @extend_schema(request=PaySerializer, responses={201: OpenedAttemptSerializer})
    @raises(
        StateConflict, errors.ChannelNotOffered, errors.ChannelRefused, errors.ChannelUnavailable,
        errors.OrderExpired, errors.TooManyAttempts, errors.SubjectBeingPaid,
    )  # fmt: skip
    @idempotent(atomic=False)
    def pay(self, request: Any, pk: UUID) -> Response:
        """去支付: what the channel's own function needs; for WeChat the five fields of wx.requestPayment."""
        order, account = self._find(pk), request.user.wechat
        check_opener(order)
        body = validated(PaySerializer, request.data)
        method = self._method(order, body)
        if not channels.belongs(body["channel"], method, inside=WECHAT_PAY):
            raise errors.ChannelNotOffered(channel=body["channel"])
        attempt = pay_online(
            order=order,
            channel=body["channel"],
            method=method,
            payer_id=account.openid,
            client_ip=client_ip(request) or "",
        )
        return Response(OpenedAttemptSerializer(attempt).data, status=201)

    def _method(self, order: PaymentOrder, body: dict[str, Any]) -> PayMethod:
        if "method" in body:
            return PayMethod(body["method"])
        methods = channels.methods_without_asking(order.hospital_id, body["channel"], inside=WECHAT_PAY)
        if not methods:
            raise errors.ChannelNotOffered(channel=body["channel"])
        if len(methods) > 1:
            raise InvalidValue(field="method", expected=REQUIRED, choices=methods)
        return methods[0]

    @extend_schema(request=None, responses=PaymentOrderSerializer)
    @raises(
        CardRequired, StateConflict, errors.ChannelNotOffered, errors.OrderExpired, errors.InsufficientBalance,
        errors.SubjectBeingPaid,
    )  # fmt: skip
    @idempotent(atomic=False)
    def pay_with_card(self, request: Any, pk: UUID) -> Response:
        """就诊卡余额支付: out of the balance of the patient's bound card."""
        order = self._find(pk)
        check_opener(order)
        binding = bindings_of(request.user.wechat).filter(patient_id=order.patient_id).first()
        if binding is None:
            raise CardRequired
        pay_from_card(order=order, card=binding.card)
        return self._answer(order)

    @extend_schema(request=None, responses=PaymentOrderSerializer)
    @raises(StateConflict)
    def cancel(self, request: Any, pk: UUID) -> Response:
        """放弃支付: close it at the channels; still pending in the answer if one has not answered yet."""
        return self._answer(give_up(self._find(pk), cause=CloseCause.GIVEN_UP))

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request, with the present state of what it made."""
        attempt = PaymentAttempt.objects.filter(pk=result).first()
        if attempt is not None:
            return Response(OpenedAttemptSerializer(attempt).data, status=201)
        return self._answer(self._find(result))

    def _find(self, pk: UUID) -> PaymentOrder:
        relatives = orders.opened_for_strangers(self.request.user.wechat)  # type: ignore[union-attr]
        order: PaymentOrder | None = (
            self.get_queryset().filter(pk=pk).first() or relatives.filter(pk=pk).first()
        )
        if order is None:
            raise NotFound
        return order

    def _answer(self, order: PaymentOrder) -> Response:
        """A relative who pays a deposit reads the patient's name masked."""
        shown = orders.listed(PaymentOrder.objects.filter(pk=order.pk)).get()
        name = name_for(self.request.user.wechat.pk, shown.patient)  # type: ignore[union-attr]
        return Response({**PaymentOrderSerializer(shown).data, "patient_name": name})


@extend_schema(tags=["payments"])
class RefundViewSet(OwnOrders):
    """退费记录: refunds of the bound patients."""

    serializer_class = RefundSerializer
    filterset_class = OwnRefundFilter

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Refund.objects.none()
        return orders.refunds_of(self.request.user.wechat)  # type: ignore[union-attr]

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """退费记录 of the bound patients, the newest first."""
        require_binding(request.user.wechat)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One refund."""
        refund = self.get_queryset().filter(pk=pk).first()
        if refund is None:
            raise NotFound
        return Response(self.get_serializer(refund).data)
