"""Third-party applications take payments: the payer names a card, the application opens orders and pays them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, MovesMoney, Partner, PartnerAuthentication
from apps.billing import errors
from apps.billing.api.opening import REFUSALS
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
from kernel.http.commands import command
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

    def card(self, **whose: str) -> PatientCard:
        """The card that a body names (io.CardSerializer). CardMismatch, TooManyRequests."""
        application = self.application()
        return card_of(application.hospital, caller=f"partner:{application.pk}", **whose)

    def order(self, pk: UUID) -> PaymentOrder:
        """An order of the application; NotFound."""
        order = orders_of_partner(self.application()).select_related("hospital").filter(pk=pk).first()
        if order is None:
            raise NotFound
        return order

    def get_object(self) -> PaymentOrder:
        return self.order(self.kwargs["pk"])


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
        patient = self.card(**validated(io.CardSerializer, request.data)).patient
        is_current = refresh_bills([patient])
        rows = [bills.shown(row) for row in bills.rows_of(payable_of(patient.pk))[:MAX_LISTED]]
        items = bills.items_of_all([row["id"] for row in rows])
        listed = [row | {"items": items[row["id"]]} for row in rows]
        body = {"patient_name": masking.name(patient.name), "is_current": is_current, "bills": listed}
        return Response(io.PayableCardSerializer(body).data)


class OrdersView(PaymentView):
    """支付单 from bills."""

    @command(
        body=io.OpenOrderSerializer, answer=io.PartnerOrderSerializer, status=201, idempotent=True, atomic=False,
        raises=(*REFUSALS, CardMismatch, TooManyRequests), operation_id="payment_orders_create", tags=["payments"],
    )  # fmt: skip
    def post(self, *, bill_ids: Sequence[UUID], **whose: str) -> PaymentOrder:
        """开具支付订单 An order of whole bills of the card's owner; a registration and its mandatory bills together."""
        application, patient = self.application(), self.card(**whose).patient
        order = open_payment(
            hospital=application.hospital, patient_id=patient.pk, bill_ids=bill_ids,
            application=application.client_id, partner=application,
        )  # fmt: skip
        return self.order(order.pk)

    def replay(self, made: UUID) -> PaymentOrder:
        """The order as it is now."""
        return self.order(made)


class TopUpsView(PaymentView):
    """就诊卡充值."""

    @command(
        body=io.OpenTopUpSerializer, answer=io.PartnerOrderSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            CardMismatch, StateConflict, TooManyRequests, errors.OutpatientPrepaymentBarred, errors.TopUpDisabled,
            errors.TopUpAmountNotAllowed,
            errors.CardBalanceLimit, payment_errors.AmountNotAllowed,
        ),
        operation_id="card_top_ups_create", tags=["cards"],
    )  # fmt: skip
    def post(self, *, amount_fen: int, **whose: str) -> PaymentOrder:
        """充值 An order to pay; the card has the money once it is posted."""
        application, card = self.application(), self.card(**whose)
        made = open_top_up(
            card=card, amount_fen=amount_fen, application=application.client_id, partner=application
        )
        return self.replay(made.pk)

    def replay(self, made: UUID) -> PaymentOrder:
        """The top-up's order as it is now."""
        order = orders_of_partner(self.application()).filter(lines__subject_id=made).first()
        if order is None:
            raise NotFound
        return self.order(order.pk)


def _doing(order: PaymentOrder) -> PartnerOperation:
    return PartnerOperation.TOP_UP if order.scene == CARD_TOP_UP.value else PartnerOperation.PAY


class PayView(PaymentView):
    """去支付."""

    @command(
        body=io.PayOrderSerializer, answer=io.StartedPaymentSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            StateConflict, payment_errors.PartnerMayNot, payment_errors.PartnerLimit,
            payment_errors.ChannelNotOffered, payment_errors.ChannelRefused, payment_errors.ChannelUnavailable,
            payment_errors.OrderExpired, payment_errors.TooManyAttempts, payment_errors.TendersAtWork,
        ),
        operation_id="payment_orders_pay", tags=["payments"],
    )  # fmt: skip
    def post(self, order: PaymentOrder, *, channel: str, method: str) -> Any:
        """去支付 What the payer's device needs for the channel; within the limits of the application."""
        check = payment_check(self.application(), channel, _doing(order))
        ip = client_ip(self.request._request) or ""
        return pay_online(order=order, channel=channel, method=PayMethod(method), client_ip=ip, check=check)

    def replay(self, made: UUID) -> Any:
        """The same attempt."""
        attempt = attempt_of_partner(self.application(), made)
        if attempt is None:
            raise NotFound
        require_grant(self.application(), attempt.channel, _doing(attempt.order))
        return attempt


class CancelView(PaymentView):
    """放弃支付."""

    @command(
        answer=io.PartnerOrderSerializer, raises=(StateConflict,), operation_id="payment_orders_cancel",
        tags=["payments"],
    )  # fmt: skip
    def post(self, order: PaymentOrder) -> PaymentOrder:
        """关闭支付订单 Closed at the channels; still pending in the answer if one has not answered yet."""
        return self.order(give_up(order, cause=CloseCause.GIVEN_UP).pk)
