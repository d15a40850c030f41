"""Cards and their money, for both audiences."""

from typing import Any

import django_filters
from rest_framework import serializers

from apps.billing.models import CardTopUp
from apps.billing.services.card_refund import CardCaps, shares_of
from apps.billing.states import TOP_UPS
from apps.patients.models import PatientCard
from apps.patients.own_filters import BoundFilterSet
from apps.payments.states import OrderState
from kernel.crypto import masking
from kernel.http.fields import MaskedField, MaskedText
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.money import MAX_FEN


class CardTopUpSerializer(ModelSerializer):
    """就诊卡充值. Pay `order_id`; the card has the money once `state` is credited."""

    card_number = MaskedField(masking.document, source="card.card_number", read_only=True)
    order_no = serializers.CharField(source="order.order_no", read_only=True)
    order_state = serializers.ChoiceField(
        source="order.state", choices=[(state.value, state.value) for state in OrderState], read_only=True
    )
    channel = serializers.CharField(source="order.channel", read_only=True)
    refunded_fen = serializers.IntegerField(source="order.refunded_fen", read_only=True)
    expires_at = serializers.DateTimeField(source="order.expires_at", read_only=True)

    class Meta:
        model = CardTopUp
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "card_id", "card_number", "order_id",
            "order_no", "order_state", "channel", "application", "amount_fen", "refunded_fen", "state", "expires_at",
            "created_at", "credited_at",
        ]  # fmt: skip
        read_only_fields = fields


class TopUpFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=TOP_UPS.choices)


class OwnCardTopUpFilter(BoundFilterSet, TopUpFilter):
    """What a mini-program user may filter by."""


class CardTopUpFilter(TopUpFilter):
    patient_id = django_filters.UUIDFilter()
    hospital_id = django_filters.UUIDFilter()
    card_id = django_filters.UUIDFilter()
    application = django_filters.CharFilter(max_length=100)


class CardBalanceSerializer(Serializer):
    """就诊卡余额, and how much may be put on it at once."""

    card_id = serializers.UUIDField()
    card_number = MaskedText()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    balance_fen = serializers.IntegerField()
    top_up_enabled = serializers.BooleanField()
    top_up_minimum_fen = serializers.IntegerField()
    top_up_maximum_fen = serializers.IntegerField()
    most_fen = serializers.IntegerField(help_text="the most that the card may hold")


class StatementEntrySerializer(Serializer):
    """A movement of the balance: `amount_fen` > 0 came in, < 0 went out; `balance_fen` after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(
        help_text="posted: top-up; paid: a payment; refund_decided: goes back to the payer; "
        "refund_cancelled: that did not come about; refunded: a payment came back"
    )
    amount_fen = serializers.IntegerField()
    balance_fen = serializers.IntegerField()
    order_id = serializers.UUIDField(allow_null=True)
    order_no = serializers.CharField(allow_blank=True)
    refund_id = serializers.UUIDField(allow_null=True)
    refund_no = serializers.CharField(allow_blank=True)


class QuoteQuerySerializer(Serializer):
    amount_fen = serializers.IntegerField(
        min_value=1, max_value=MAX_FEN, required=False, help_text="default: the most that is possible"
    )


class CardShareSerializer(Serializer):
    """What one top-up gives."""

    order_id = serializers.UUIDField()
    order_no = serializers.CharField()
    channel = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    amount_fen = serializers.IntegerField()


class CardQuoteSerializer(Serializer):
    """A refund that is only tried: the most that is possible, and which top-ups give how much of `amount_fen`."""

    balance_fen = serializers.IntegerField()
    online_fen = serializers.IntegerField(help_text="topped up, and not gone back yet")
    maximum_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()
    allocation = CardShareSerializer(many=True)


def quoted(caps: CardCaps, amount_fen: int | None) -> dict[str, Any]:
    """The shape of CardQuoteSerializer; RefundExceedsBalance, RefundExceedsOnlineTotal."""
    amount = caps.maximum_fen if amount_fen is None else amount_fen
    orders = {order.pk: order for order in caps.orders}
    allocation = [
        {
            "order_id": share.order_id,
            "order_no": orders[share.order_id].order_no,
            "channel": orders[share.order_id].channel,
            "paid_at": orders[share.order_id].paid_at,
            "amount_fen": share.amount_fen,
        }
        for share in (shares_of(caps, amount) if amount else ())
    ]
    return {
        "balance_fen": caps.balance_fen,
        "online_fen": caps.online_fen,
        "maximum_fen": caps.maximum_fen,
        "amount_fen": amount,
        "allocation": allocation,
    }


def shown_balance(card: PatientCard, figures: dict[str, Any]) -> dict[str, Any]:
    """The shape of CardBalanceSerializer."""
    return {
        "card_id": card.pk,
        "card_number": masking.document(card.card_number),
        "hospital_id": card.hospital_id,
        **figures,
    }
