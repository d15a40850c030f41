"""The money on a bound card: balance, statement, top-up, refund."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.billing import errors
from apps.billing.api.card_top_ups import (
    CardBalanceSerializer,
    CardQuoteSerializer,
    CardTopUpSerializer,
    OwnCardTopUpFilter,
    QuoteQuerySerializer,
    StatementEntrySerializer,
    quoted,
    shown_balance,
)
from apps.billing.api.refund_requests import RefundRequestDetailSerializer
from apps.billing.models import CardTopUp, RefundRequest
from apps.billing.selectors import card_balance, refund_requests, top_ups
from apps.billing.services import card_refund, card_top_up
from apps.patients.errors import CardRequired
from apps.patients.models import PatientCard
from apps.patients.selectors import require_binding
from apps.payments.errors import AmountNotAllowed
from kernel.errors import NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated
from kernel.money import MAX_FEN

#: The application that this audience is.
MINIPROGRAM = "miniprogram"


class OwnRows(OwnViewSet):
    """Rows of the patients that are bound to the account."""

    ordering = ["-id"]

    def card(self, binding_id: UUID | None) -> PatientCard:
        """The card of a binding of the account (None: the default); CardRequired, NotFound."""
        return require_binding(self.account, binding_id).card


class TopUpSerializer(Serializer):
    """`binding_id`: which card, without it the default one."""

    binding_id = serializers.UUIDField(required=False, allow_null=True)
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)


class CardRefundSerializer(TopUpSerializer):
    """How much of the balance is to go back."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


@extend_schema(tags=["cards"])
class CardTopUpViewSet(OwnRows):
    """就诊卡充值: ask for one, pay its order, look it up."""

    serializer_class = CardTopUpSerializer
    filterset_class = OwnCardTopUpFilter

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return CardTopUp.objects.none()
        return top_ups.top_ups_of(self.account)

    @raises(CardRequired, NotFound)
    def list(self, request: Any) -> Response:
        """充值记录 of the bound patients, the newest first."""
        require_binding(self.account)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One top-up; poll it after paying until it is credited."""
        return Response(self.get_serializer(self.as_now(pk)).data)

    @command(
        body=TopUpSerializer, answer=CardTopUpSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            CardRequired, NotFound, StateConflict, errors.OutpatientPrepaymentBarred, errors.TopUpDisabled,
            errors.TopUpAmountNotAllowed,
            errors.CardBalanceLimit, AmountNotAllowed,
        ),
    )  # fmt: skip
    def create(self, *, amount_fen: int, binding_id: UUID | None = None) -> CardTopUp:
        """充值: an order to pay; the card has the money once it is posted."""
        made = card_top_up.open_top_up(
            card=self.card(binding_id), amount_fen=amount_fen, application=MINIPROGRAM, account=self.account
        )
        return self.as_now(made.pk)

    def as_now(self, pk: UUID) -> CardTopUp:
        """That top-up; NotFound."""
        return top_ups.one(self.get_queryset(), pk)


@extend_schema(tags=["cards"])
class CardViewSet(OwnRows):
    """就诊卡余额 of a bound card, and what of it may go back."""

    filter_backends: Any = []

    @extend_schema(operation_id="cards_balance", responses=CardBalanceSerializer)
    @raises(CardRequired)
    def balance(self, request: Any, pk: UUID) -> Response:
        """就诊卡余额 of the bound card."""
        card = self.card(pk)
        return Response(shown_balance(card, card_balance.figures_of(card)))

    @extend_schema(
        operation_id="cards_refund_quote", parameters=[QuoteQuerySerializer], responses=CardQuoteSerializer
    )
    @raises(
        CardRequired, errors.RefundAtCounter, errors.RefundExceedsBalance, errors.RefundExceedsOnlineTotal
    )
    def refund_quote(self, request: Any, pk: UUID) -> Response:
        """退款试算: the most that may go back now, and from which top-ups."""
        asked = validated(QuoteQuerySerializer, request.query_params.dict())
        card = self.card(pk)
        card_refund.check_route(card.hospital)
        return Response(quoted(card_refund.caps_of(card, MINIPROGRAM), asked.get("amount_fen")))


@extend_schema(tags=["cards"])
class CardStatementViewSet(OwnRows):
    """就诊卡账单 of a bound card."""

    serializer_class = StatementEntrySerializer
    filter_backends: Any = []

    @extend_schema(operation_id="cards_statement_list")
    @raises(CardRequired)
    def list(self, request: Any, pk: UUID) -> Response:
        """就诊卡账单: movements of the balance, the newest first."""
        page = self.paginate_queryset(card_balance.entries_of(self.card(pk)))
        return self.get_paginated_response(card_balance.statement_rows(page or ()))


@extend_schema(tags=["cards"])
class CardRefundViewSet(OwnRows):
    """就诊卡余额退款 by the patient, by the way the money came."""

    serializer_class = RefundRequestDetailSerializer

    @command(
        body=CardRefundSerializer, answer=RefundRequestDetailSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            CardRequired, NotFound, errors.RefundAtCounter, errors.RefundExceedsBalance,
            errors.RefundExceedsOnlineTotal,
        ),
    )  # fmt: skip
    def create(self, *, binding_id: UUID | None = None, **values: Any) -> RefundRequest:
        """余额退款: order by order, the newest first; executing until the channel confirms it."""
        card, account = self.card(binding_id), self.account
        made = card_refund.refund_card(card=card, application=MINIPROGRAM, account=account, **values)
        return self.as_now(made.pk)

    def as_now(self, pk: UUID) -> RefundRequest:
        """That request; NotFound."""
        return refund_requests.one(RefundRequest.objects.filter(account=self.account), pk)
