"""The money on patients' cards, at the window."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.paging import first_reached
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.billing import errors
from apps.billing.api.card_top_ups import (
    CardBalanceSerializer,
    CardQuoteSerializer,
    CardTopUpFilter,
    CardTopUpSerializer,
    QuoteQuerySerializer,
    StatementEntrySerializer,
    quoted,
    shown_balance,
)
from apps.billing.models import CardTopUp
from apps.billing.selectors import card_balance, top_ups
from apps.billing.services import card_refund, card_top_up
from apps.billing.services.refund_requests import WINDOW
from apps.identity.models import StaffMember
from apps.patients.documents import fold
from apps.patients.models import Patient, PatientCard
from apps.patients.services.searching import note_search
from apps.payments.errors import AmountNotAllowed
from kernel.crypto import blind_index, masking
from kernel.errors import StateConflict
from kernel.http.commands import command
from kernel.http.filters import FilterBackend, OrderingFilter
from kernel.http.schema import raises
from kernel.http.serializers import Serializer, validated
from kernel.money import MAX_FEN

#: Cards of so many of the newest patients are offered to who asks for none.
NEWEST = 25


class TopUpAtWindowSerializer(Serializer):
    """Which card gets how much; the order is then settled at the window."""

    card_id = ScopedRelatedField(source="card", queryset=PatientCard.objects.select_related("hospital"))
    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)


@extend_schema(tags=["billing"])
class CardTopUpViewSet(ListMixin, RetrieveMixin):
    """就诊卡充值: ask for one at the window, look up all."""

    model = CardTopUp
    resource = "billing.card_top_up"
    serializer_class = CardTopUpSerializer
    filterset_class = CardTopUpFilter
    ordering_fields = ["created_at", "amount_fen"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return top_ups.listed(CardTopUp.objects.all())

    @command(
        body=TopUpAtWindowSerializer, answer=CardTopUpSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            StateConflict, errors.OutpatientPrepaymentBarred, errors.TopUpDisabled,
            errors.TopUpAmountNotAllowed, errors.CardBalanceLimit,
            AmountNotAllowed,
        ),
    )  # fmt: skip
    def create(self, **values: Any) -> CardTopUp:
        """窗口充值: an order that is settled like any other; the card has the money once it is posted."""
        return card_top_up.open_top_up(**values, application=WINDOW, staff=self.me)

    def as_now(self, pk: UUID) -> CardTopUp:
        return top_ups.one(CardTopUp.objects.all(), pk)


class CardFilter(django_filters.FilterSet):
    """Cards of a patient, or the one with a number."""

    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    search = django_filters.CharFilter(method="find", max_length=32, help_text="the whole number")

    def find(self, queryset: QuerySet[PatientCard], name: str, value: str) -> Any:
        return queryset.filter(card_number_index=blind_index(fold(value), "card_number"))


class OfCard(ScopedViewSet):
    """What hangs on a card: reached with its patient."""

    model = PatientCard
    resource = "billing.card"
    filter_backends: Any = []

    def base_queryset(self) -> Any:
        return PatientCard.objects.select_related("hospital")


@extend_schema(tags=["billing"])
class PatientCardViewSet(OptionsMixin, OfCard):
    """就诊卡余额 of a patient's card, and what of it may go back at the window."""

    filterset_class = CardFilter
    filter_backends: Any = [FilterBackend, OrderingFilter]
    ordering: ClassVar[list[str]] = ["-id"]
    ordering_fields: ClassVar[list[str]] = []
    option_columns = ("card_number", "patient__name", "patient__mrn")

    codes = {
        "balance": "list", "refund_quote": "billing.refund_request.add", "offer": "patients.card.list",
    }  # fmt: skip
    serializer_class = CardBalanceSerializer

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Whole numbers are looked for so often and no more, and each look is written down (rules.md 28)."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        if number := self.request.query_params.get("search", "").strip():
            note_search(by=StaffMember.objects.get(pk=self.actor.staff_id), asked={"card_number": number})
        return found

    def to_choose_from(self, rows: QuerySet[PatientCard]) -> QuerySet[PatientCard]:
        """Those of the newest patients alone unless one patient or a number is asked for."""
        cards = super().to_choose_from(rows)
        asked = {name: value for name, value in self.request.query_params.dict().items() if value.strip()}
        if {"patient_id", "search"} & asked.keys():
            return cards
        within = {name: asked[name] for name in ("hospital_id",) if name in asked}
        newest = Patient.objects.filter(**within).order_by("-id")
        return cards.filter(patient__in=first_reached(newest, self.actor, "patients.card.list", NEWEST))

    def as_option(self, row: Any) -> dict[str, Any]:
        """The number is masked, as everywhere."""
        return {**super().as_option(row), "label": masking.document(row["card_number"])}

    @extend_schema(operation_id="patient_cards_balance", responses=CardBalanceSerializer)
    def balance(self, request: Any, pk: UUID) -> Response:
        """就诊卡余额."""
        card = self.get_object()
        return Response(shown_balance(card, card_balance.figures_of(card)))

    @extend_schema(
        operation_id="patient_cards_refund_quote",
        parameters=[QuoteQuerySerializer],
        responses=CardQuoteSerializer,
    )
    @raises(errors.RefundExceedsBalance, errors.RefundExceedsOnlineTotal)
    def refund_quote(self, request: Any, pk: UUID) -> Response:
        """退款试算: the most that may go back now, through whatever application it came, and from which top-ups."""
        card = self.get_object()
        asked = validated(QuoteQuerySerializer, request.query_params.dict())
        return Response(quoted(card_refund.caps_of(card, None), asked.get("amount_fen")))


@extend_schema(tags=["billing"])
class CardStatementViewSet(OfCard):
    """就诊卡账单 of a patient's card."""

    serializer_class = StatementEntrySerializer

    @extend_schema(operation_id="patient_cards_statement_list")
    def list(self, request: Any, pk: UUID) -> Response:
        """就诊卡账单: movements of the balance, the newest first."""
        page = self.paginate_queryset(card_balance.entries_of(self.get_object()))
        return self.get_paginated_response(card_balance.statement_rows(page or ()))
