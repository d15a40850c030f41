"""Third-party applications take payments: the payer names a card, the application opens orders and pays them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, MovesMoney, Partner, PartnerAuthentication
from apps.billing import errors
from apps.billing.api.opening import opens_payment
from apps.billing.api.partner import payment_serializers as io
from apps.billing.selectors import bills
from apps.billing.selectors.payable import payable_of
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.checkout import CARD_TOP_UP, open_payment
from apps.billing.services.refresh import refresh_bills
from apps.identity.models import PartnerApplication
from apps.patients.errors import CardMismatch
from apps.patients.models import PatientCard
from apps.patients.services.card_lookup import card_of
from apps.payments import errors as payment_errors
from apps.payments.selectors import channels
from apps.payments.selectors.partners import attempt_of_partner, orders_of_partner
from apps.payments.services.advance_order import give_up
from apps.payments.services.partner_limits import granted, payment_check, require_grant
from apps.payments.services.pay import pay_online
from apps.payments.types import CloseCause, PartnerOperation, PaymentOrder, PayMethod
from kernel.crypto import masking
from kernel.errors import NotFound, StateConflict, TooManyRequests
from kernel.http.addresses import client_ip
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.serializers import validated
from kernel.http.views import GenericAPIView

SCOPE = "payments:write"
#: Bills of a card that are listed at once.
MAX_LISTED = 200


class PaymentView(GenericAPIView[Any]):
    """What an application does with its own orders."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope, MovesMoney]
    required_scope = SCOPE
    filter_backends: Any = []

    def application(self) -> PartnerApplication:
        """Who asks."""
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return partner.application

    def card(self, body: dict[str, Any]) -> PatientCard:
        """The card that the body names. CardMismatch, TooManyRequests."""
        application = self.application()
        return card_of(
            application.hospital, card_number=body["card_number"], name=body["name"],
            caller=f"partner:{application.pk}",
            payer=body["payer"],
        )  # fmt: skip

    def order(self, pk: UUID) -> PaymentOrder:
        """An order of the application; NotFound."""
        order = orders_of_partner(self.application()).select_related("hospital").filter(pk=pk).first()
        if order is None:
            raise NotFound
        return order

    def shown(self, pk: UUID, status: int = 200) -> Response:
        """The order as it is now."""
        return Response(io.PartnerOrderSerializer(self.order(pk)).data, status=status)


class ChannelsView(PaymentView):
    """支付渠道 of the application."""

    pagination_class = None

    @extend_schema(
        operation_id="granted_channels_list",
        tags=["payments"],
        responses=io.GrantedChannelSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        """可用渠道 What the application may do through which channel."""
        application = self.application()
        may = granted(application)
        offered = channels.offered(application.hospital_id, inside="")
        return Response(
            [row | {"operations": may[row["channel"]]} for row in offered if row["channel"] in may]
        )


class PayableBillsView(PaymentView):
    """待缴费 of a card."""

    @extend_schema(
        operation_id="payable_bills",
        tags=["bills"],
        request=io.CardSerializer,
        responses=io.PayableCardSerializer,
    )
    @raises(CardMismatch, TooManyRequests)
    def post(self, request: Any) -> Response:
        """查询待缴费 Bills that can be paid now, with their items; the registration first. Nothing is changed."""
        patient = self.card(validated(io.CardSerializer, request.data)).patient
        is_current = refresh_bills([patient])
        rows = [bills.shown(row) for row in bills.rows_of(payable_of(patient.pk))[:MAX_LISTED]]
        items = bills.items_of_all([row["id"] for row in rows])
        listed = [row | {"items": items[row["id"]]} for row in rows]
        body = {"patient_name": masking.name(patient.name), "is_current": is_current, "bills": listed}
        return Response(io.PayableCardSerializer(body).data)


class OrdersView(PaymentView):
    """支付单 from bills."""

    @extend_schema(
        operation_id="payment_orders_create", tags=["payments"], request=io.OpenOrderSerializer,
        responses={201: io.PartnerOrderSerializer},
    )  # fmt: skip
    @opens_payment
    @raises(CardMismatch, TooManyRequests)
    @idempotent(atomic=False)
    def post(self, request: Any) -> Response:
        """开具支付订单 An order of whole bills of the card's owner; a registration and its mandatory bills together."""
        body, application = validated(io.OpenOrderSerializer, request.data), self.application()
        patient = self.card(body).patient
        order = open_payment(
            hospital=application.hospital, patient_id=patient.pk, bill_ids=body["bill_ids"],
            application=application.client_id, partner=application,
        )  # fmt: skip
        return self.shown(order.pk, 201)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the order as it is now."""
        return self.shown(result, 201)


class TopUpsView(PaymentView):
    """就诊卡充值."""

    @extend_schema(
        operation_id="card_top_ups_create", tags=["cards"], request=io.OpenTopUpSerializer,
        responses={201: io.PartnerOrderSerializer},
    )  # fmt: skip
    @raises(
        CardMismatch, StateConflict, TooManyRequests, errors.TopUpDisabled, errors.TopUpAmountNotAllowed,
        errors.CardBalanceLimit, payment_errors.AmountNotAllowed,
    )  # fmt: skip
    @idempotent(atomic=False)
    def post(self, request: Any) -> Response:
        """充值 An order to pay; the card has the money once it is posted."""
        body, application = validated(io.OpenTopUpSerializer, request.data), self.application()
        made = open_top_up(
            card=self.card(body), amount_fen=body["amount_fen"], application=application.client_id,
            partner=application,
        )  # fmt: skip
        return self.replay(request, made.pk)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the top-up's order as it is now."""
        orders = orders_of_partner(self.application()).filter(lines__subject_id=result)
        order = orders.first()
        if order is None:
            raise NotFound
        return self.shown(order.pk, 201)


def _doing(order: PaymentOrder) -> PartnerOperation:
    return PartnerOperation.TOP_UP if order.scene == CARD_TOP_UP.value else PartnerOperation.PAY


class PayView(PaymentView):
    """去支付."""

    @extend_schema(
        operation_id="payment_orders_pay", tags=["payments"], request=io.PayOrderSerializer,
        responses={201: io.StartedPaymentSerializer},
    )  # fmt: skip
    @raises(
        StateConflict, payment_errors.PartnerMayNot, payment_errors.PartnerLimit, payment_errors.ChannelNotOffered,
        payment_errors.ChannelRefused, payment_errors.ChannelUnavailable, payment_errors.OrderExpired,
        payment_errors.TooManyAttempts,
    )  # fmt: skip
    @idempotent(atomic=False)
    def post(self, request: Any, pk: UUID) -> Response:
        """去支付 What the payer's device needs for the channel; within the limits of the application."""
        order, body, application = (
            self.order(pk),
            validated(io.PayOrderSerializer, request.data),
            self.application(),
        )
        attempt = pay_online(
            order=order, channel=body["channel"], method=PayMethod(body["method"]),
            client_ip=client_ip(request._request) or "",
            check=payment_check(application, body["channel"], _doing(order)),
        )  # fmt: skip
        return Response(io.StartedPaymentSerializer(attempt).data, status=201)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the same attempt."""
        attempt = attempt_of_partner(self.application(), result)
        if attempt is None:
            raise NotFound
        require_grant(self.application(), attempt.channel, _doing(attempt.order))
        return Response(io.StartedPaymentSerializer(attempt).data, status=201)


class CancelView(PaymentView):
    """放弃支付."""

    @extend_schema(
        operation_id="payment_orders_cancel",
        tags=["payments"],
        request=None,
        responses=io.PartnerOrderSerializer,
    )
    @raises(StateConflict)
    def post(self, request: Any, pk: UUID) -> Response:
        """关闭支付订单 Closed at the channels; still pending in the answer if one has not answered yet."""
        return self.shown(give_up(self.order(pk), cause=CloseCause.GIVEN_UP).pk)
