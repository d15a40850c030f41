"""就诊卡余额 that is left of prepayments: listed, summed, and announced to the patients."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.billing import errors
from apps.billing.models import BalanceAnnouncement
from apps.billing.selectors.held_cards import held_cards, total_of
from apps.billing.services.announcements import announce_balances
from apps.identity.models import Hospital
from apps.patients.models import PatientCard
from kernel.crypto import masking
from kernel.http.commands import command
from kernel.http.fields import MaskedField
from kernel.http.serializers import ModelSerializer, Serializer


class HeldCardSerializer(ModelSerializer):
    """A card that holds money."""

    card_number = MaskedField(masking.document, read_only=True)
    mrn = serializers.CharField(source="patient.mrn", read_only=True)
    balance_fen = serializers.IntegerField(read_only=True)

    class Meta:
        model = PatientCard
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "mrn", "card_number", "is_active",
            "balance_fen",
        ]  # fmt: skip
        read_only_fields = fields


class HeldCardTotalSerializer(Serializer):
    """What the cards of a list hold together."""

    card_count = serializers.IntegerField()
    patient_count = serializers.IntegerField()
    balance_fen = serializers.IntegerField()


class HeldCardFilter(django_filters.FilterSet):
    """`balance_from_fen`: cards with that much or more."""

    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    balance_from_fen = django_filters.NumberFilter(
        field_name="balance_fen", lookup_expr="gte", min_value=0, max_value=2**62
    )


@extend_schema(tags=["billing"])
class HeldCardViewSet(ListMixin, ExportMixin, ScopedViewSet):
    """就诊卡余额 that patients still have, card by card."""

    model = PatientCard
    resource = "billing.card"
    codes = {"total": "list"}
    serializer_class = HeldCardSerializer
    filterset_class = HeldCardFilter
    ordering_fields: Any = []
    ordering = ["-id"]
    export_columns = {
        "patient__name": "patient_name", "patient__mrn": "mrn", "balance_fen": "balance_fen",
        "is_active": "is_active", "hospital__name": "hospital_name",
    }  # fmt: skip

    def base_queryset(self) -> Any:
        return held_cards().select_related("hospital", "patient")

    @extend_schema(operation_id="card_balances_total", responses=HeldCardTotalSerializer, filters=True)
    def total(self, request: Any) -> Response:
        """余额合计: of the cards that the filters leave."""
        return Response(total_of(self.filter_queryset(self.get_queryset())))


class BalanceAnnouncementSerializer(ModelSerializer):
    """余额公告. It goes on until `ended_at` is set; `told_count` patients have been told so far."""

    class Meta:
        model = BalanceAnnouncement
        fields = [
            "id", "hospital_id", "hospital_name", "note", "made_by_id", "made_by_name", "told_count", "told_fen",
            "created_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class AnnounceBalancesSerializer(Serializer):
    """`note`: where and until when money can be had back, as the message says it."""

    hospital_id = ScopedRelatedField(
        source="hospital", queryset=Hospital.objects.filter(is_active=True), code="identity.hospital.list"
    )
    note = serializers.CharField(max_length=100)


@extend_schema(tags=["billing"])
class BalanceAnnouncementViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """余额公告: patients with money on their cards are told, each once an announcement."""

    model = BalanceAnnouncement
    resource = "billing.balance_announcement"
    serializer_class = BalanceAnnouncementSerializer
    filterset_class: Any = type(
        "BalanceAnnouncementFilter", (django_filters.FilterSet,), {"hospital_id": django_filters.UUIDFilter()}
    )
    ordering_fields: Any = []
    ordering = ["-id"]

    @command(
        body=AnnounceBalancesSerializer, answer=BalanceAnnouncementSerializer, status=201, idempotent=True,
        raises=(errors.PrepaymentAllowed, errors.AnnouncementUnderWay),
    )  # fmt: skip
    def create(self, *, hospital: Hospital, note: str) -> BalanceAnnouncement:
        """发布余额公告: every patient with money on a card is told, in the background."""
        made = announce_balances(hospital=hospital, note=note, by=self.me)
        self.check_reach(made)
        return made
