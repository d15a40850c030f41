from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
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
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer

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


class OwnOrders(OwnViewSet):
    """Rows of the patients that are bound to the account."""

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
        return orders.orders_of(self.account)

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """缴费记录 of the bound patients, the newest first; choose one with `binding_id`."""
        require_binding(self.account)
        page = self.paginate_queryset(orders.listed(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One payment order; poll it after paying until it is posted."""
        return self._answer(self.get_object())

    @extend_schema(responses=OfferedChannelSerializer(many=True), filters=False)
    def channels(self, request: Any, pk: UUID) -> Response:
        """支付方式: how this order can be paid online at its hospital."""
        return Response(channels.offered(self.get_object().hospital_id, inside=WECHAT_PAY))

    @command(
        body=PaySerializer, answer=OpenedAttemptSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            StateConflict, errors.ChannelNotOffered, errors.ChannelRefused, errors.ChannelUnavailable,
            errors.OrderExpired, errors.TooManyAttempts, errors.SubjectBeingPaid, errors.TendersAtWork,
        ),
    )  # fmt: skip
    def pay(self, order: PaymentOrder, *, channel: str, method: str = "") -> PaymentAttempt:
        """去支付: what the channel's own function needs; for WeChat the five fields of wx.requestPayment."""
        check_opener(order)
        way = PayMethod(method) if method else self._only_method(order, channel)
        if not channels.belongs(channel, way, inside=WECHAT_PAY):
            raise errors.ChannelNotOffered(channel=channel)
        payer_id, ip = self.account.openid, client_ip(self.request) or ""
        return pay_online(order=order, channel=channel, method=way, payer_id=payer_id, client_ip=ip)

    def _only_method(self, order: PaymentOrder, channel: str) -> PayMethod:
        methods = channels.methods_without_asking(order.hospital_id, channel, inside=WECHAT_PAY)
        if not methods:
            raise errors.ChannelNotOffered(channel=channel)
        if len(methods) > 1:
            raise InvalidValue(field="method", expected=REQUIRED, choices=methods)
        return methods[0]

    @command(
        answer=PaymentOrderSerializer, idempotent=True, atomic=False,
        raises=(
            CardRequired, StateConflict, errors.ChannelNotOffered, errors.OrderExpired,
            errors.InsufficientBalance, errors.SubjectBeingPaid, errors.TendersAtWork,
        ),
    )  # fmt: skip
    def pay_with_card(self, order: PaymentOrder) -> Response:
        """就诊卡余额支付: out of the balance of the patient's bound card."""
        check_opener(order)
        binding = bindings_of(self.account).filter(patient_id=order.patient_id).first()
        if binding is None:
            raise CardRequired
        pay_from_card(order=order, card=binding.card)
        return self._answer(order)

    @command(answer=PaymentOrderSerializer, raises=(StateConflict,))
    def cancel(self, order: PaymentOrder) -> Response:
        """放弃支付: close it at the channels; still pending in the answer if one has not answered yet."""
        return self._answer(give_up(order, cause=CloseCause.GIVEN_UP))

    def replay(self, made: UUID) -> Any:
        """The attempt, or the order as it is now."""
        attempt = PaymentAttempt.objects.filter(pk=made).first()
        return attempt or self._answer(self._find(made))

    def get_object(self) -> PaymentOrder:
        return self._find(self.kwargs["pk"])

    def _find(self, pk: UUID) -> PaymentOrder:
        relatives = orders.opened_for_strangers(self.account)
        order: PaymentOrder | None = (
            self.get_queryset().filter(pk=pk).first() or relatives.filter(pk=pk).first()
        )
        if order is None:
            raise NotFound
        return order

    def _answer(self, order: PaymentOrder) -> Response:
        """A relative who pays a deposit reads the patient's name masked."""
        shown = orders.listed(PaymentOrder.objects.filter(pk=order.pk)).get()
        name = name_for(self.account.pk, shown.patient)
        return Response({**PaymentOrderSerializer(shown).data, "patient_name": name})


@extend_schema(tags=["payments"])
class RefundViewSet(OwnOrders):
    """退费记录: refunds of the bound patients."""

    serializer_class = RefundSerializer
    filterset_class = OwnRefundFilter

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Refund.objects.none()
        return orders.refunds_of(self.account)

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """退费记录 of the bound patients, the newest first."""
        require_binding(self.account)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One refund."""
        refund = self.get_queryset().filter(pk=pk).first()
        if refund is None:
            raise NotFound
        return Response(self.get_serializer(refund).data)
