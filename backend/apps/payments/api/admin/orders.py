from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin
from apps.audit.middleware import client_ip
from apps.audit.services import record
from apps.patients.models import PatientCard
from apps.payments import errors
from apps.payments.api.admin.exporting import ExportMixin
from apps.payments.api.filters import OrderFilter
from apps.payments.api.serializers import (
    AttemptSerializer,
    OpenedAttemptSerializer,
    PaymentOrderSerializer,
    RefundSerializer,
)
from apps.payments.channels.base import PayMethod
from apps.payments.models import CloseCause, PaymentAttempt, PaymentOrder
from apps.payments.selectors import orders
from apps.payments.selectors.exports import order_rows
from apps.payments.selectors.receipt import receipt
from apps.payments.services.advance_order import give_up
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.show_code import METHODS, show_code, withdraw_codes
from apps.payments.states import OrderState
from kernel.errors import REQUIRED, DuplicateValue, InvalidValue, NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.downloads import PDF, pdf_answer
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.money import MAX_FEN


class SettleSerializer(Serializer):
    """How the money was taken: cash, pos (with the slip's number) or card_balance (with the card).

    `amount_fen`: a part of the order, which is held until the rest is here; left out, all that is left. Cash is last.
    """

    channel = serializers.ChoiceField(choices=["cash", "pos", "card_balance"])
    reference = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN, required=False)
    tendered_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN, required=False)
    card_id = ScopedRelatedField(source="card", queryset=PatientCard.objects.all(), required=False)


class ShowCodeSerializer(Serializer):
    """By which provider the payer pays, and how: a code to scan, or a page on a screen at the window.

    `amount_fen`: a part of the order; left out, all that is left.
    """

    channel = serializers.CharField(max_length=24)
    method = serializers.ChoiceField(choices=[(m.value, m.value) for m in METHODS], default=METHODS[0].value)
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN, required=False)


class StaffOrderSerializer(PaymentOrderSerializer):
    """支付单 for staff, with what it waits for. `is_refundable`: posted, and not all of it has gone back.

    `held_fen`: what tenders hold of it while the rest is missing.
    """

    opened_by_name = serializers.CharField(source="opened_by.name", read_only=True, default="")
    is_refundable = serializers.SerializerMethodField()

    class Meta(PaymentOrderSerializer.Meta):
        fields = [
            *PaymentOrderSerializer.Meta.fields, "held_fen", "opened_by_id", "opened_by_name", "posting_tries",
            "posting_error", "alarmed_at", "is_refundable",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_refundable(self, order: PaymentOrder) -> bool:
        return order.state == OrderState.POSTED and order.refunded_fen < order.amount_fen


class WholeOrderSerializer(StaffOrderSerializer):
    """支付单 with its attempts and refunds."""

    attempts = AttemptSerializer(many=True, read_only=True)
    refunds = RefundSerializer(many=True, read_only=True)

    class Meta(StaffOrderSerializer.Meta):
        fields = [*StaffOrderSerializer.Meta.fields, "attempts", "refunds"]
        read_only_fields = fields


@extend_schema(tags=["payments"])
class PaymentOrderViewSet(OptionsMixin, ListMixin, RetrieveMixin, ExportMixin):
    """支付单: look up, take the money at the window, give up."""

    model = PaymentOrder
    resource = "payments.order"
    codes = {
        "receipt": "settle", "settle": "settle", "show_code": "settle", "withdraw_codes": "settle", "cancel": "cancel",
    }  # fmt: skip
    serializer_class = StaffOrderSerializer
    filterset_class = OrderFilter
    ordering_fields = ["created_at", "amount_fen"]
    ordering = ["-id"]
    export_rows, export_name = staticmethod(order_rows), "payment_orders_export"
    option_columns = ("order_no", "patient__name", "description", "amount_fen")
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> Any:
        return orders.listed(PaymentOrder.objects.all()).select_related("patient", "opened_by")

    @extend_schema(responses=WholeOrderSerializer)
    def retrieve(self, request: Any, pk: UUID) -> Response:
        """支付单 with its attempts and refunds."""
        return Response(WholeOrderSerializer(self.as_now(self.get_object().pk)).data)

    @command(
        body=SettleSerializer, answer=WholeOrderSerializer, idempotent=True, atomic=False,
        raises=(
            NotFound, StateConflict, InvalidValue, DuplicateValue, errors.ChannelNotOffered, errors.OrderExpired,
            errors.InsufficientBalance, errors.NoOpenShift, errors.TenderExceedsRest, errors.TooManyTenders,
            errors.CashLast,
        ),
    )  # fmt: skip
    def settle(
        self, order: PaymentOrder, *, channel: str, card: PatientCard | None = None, **taken: Any
    ) -> PaymentOrder:
        """窗口收款: the clerk has taken the money, or a part of it; the answer says whether it is posted."""
        if channel != "card_balance":
            return pay_at_counter(order=order, channel=channel, staff=self.me, **taken)
        if card is None:
            raise InvalidValue(field="card_id", expected=REQUIRED)
        return pay_from_card(order=order, card=card, staff=self.me, amount_fen=taken.get("amount_fen"))

    @command(
        body=ShowCodeSerializer, answer=OpenedAttemptSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            StateConflict, errors.ChannelNotOffered, errors.ChannelRefused, errors.ChannelUnavailable,
            errors.OrderExpired, errors.TooManyAttempts, errors.TenderExceedsRest, errors.TooManyTenders,
        ),
    )  # fmt: skip
    def show_code(
        self, order: PaymentOrder, *, channel: str, method: str, amount_fen: int | None = None
    ) -> PaymentAttempt:
        """出示付款码: what the payer scans or opens at the window; poll the order until it has come."""
        return show_code(
            order=order, channel=channel, method=PayMethod(method), staff=self.me, amount_fen=amount_fen,
            client_ip=client_ip(self.request) or "",
        )  # fmt: skip

    @command(answer=WholeOrderSerializer, raises=(StateConflict,))
    def withdraw_codes(self, order: PaymentOrder) -> PaymentOrder:
        """撤回付款码: the payer pays otherwise; a code is still open in the answer if its channel is silent."""
        return withdraw_codes(order=order)

    @command(answer=WholeOrderSerializer, raises=(StateConflict,))
    def cancel(self, order: PaymentOrder) -> PaymentOrder:
        """关闭支付单: nobody is to pay it any more; still pending in the answer while a channel has not answered."""
        return give_up(order, cause=CloseCause.GIVEN_UP_BY_STAFF)

    @extend_schema(responses=PDF, filters=False)
    @raises(StateConflict)
    def receipt(self, request: Any, pk: UUID) -> HttpResponse:
        """收费凭条: what was charged, every tender and the change, for a roll of 80 mm. Of paid orders; recorded."""
        order = self.get_object()
        content = receipt(order)
        record(
            action="print",
            object_type="payments.paymentorder",
            object_id=order.pk,
            hospital_id=order.hospital_id,
        )
        return pdf_answer(content, "payment_orders_receipt", order.order_no)

    def replay(self, made: UUID) -> PaymentAttempt | PaymentOrder:
        """The attempt, or the order as it is now."""
        return PaymentAttempt.objects.filter(pk=made).first() or self.as_now(made)

    def as_now(self, pk: UUID) -> PaymentOrder:
        return orders.whole(PaymentOrder.objects.all()).get(pk=pk)
