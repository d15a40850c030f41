"""How payment orders, attempts and refunds are shown, to patients and to staff."""

from rest_framework import serializers

from apps.payments.models import (
    CloseCause,
    PaymentAttempt,
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    ReturnCause,
)
from apps.payments.payables import payment_scene
from kernel.http.serializers import ModelSerializer


class PaymentOrderLineSerializer(ModelSerializer):
    """One whole thing in an order."""

    class Meta:
        model = PaymentOrderLine
        fields = ["id", "position", "subject_type", "subject_id", "title", "amount_fen", "refunded_fen"]
        read_only_fields = fields


class PaymentOrderSerializer(ModelSerializer):
    """支付单: `state` posted means that the hospital has it; paid_unposted is paid and still being taken note of."""

    lines = PaymentOrderLineSerializer(many=True, read_only=True)
    scene = serializers.ChoiceField(choices=payment_scene().choices, read_only=True)
    close_cause = serializers.ChoiceField(choices=CloseCause.choices, allow_blank=True, read_only=True)
    return_cause = serializers.ChoiceField(choices=ReturnCause.choices, allow_blank=True, read_only=True)

    class Meta:
        model = PaymentOrder
        fields = [
            "id", "order_no", "hospital_id", "hospital_name", "patient_id", "patient_name", "scene", "payer_type",
            "description", "amount_fen", "refunded_fen", "state", "channel", "application", "expires_at", "paid_at",
            "posted_at", "closed_at", "returned_at", "origin",
            "close_cause", "return_cause", "created_at", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class RefundSerializer(ModelSerializer):
    """退费: `processing` means that the channel has accepted it, not that it has succeeded."""

    class Meta:
        model = Refund
        fields = [
            "id", "refund_no", "order_id", "patient_id", "patient_name", "amount_fen", "route", "cause", "reason",
            "state", "accepted_at", "succeeded_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class AttemptSerializer(ModelSerializer):
    """One try to pay through one channel: all of the order, or as one of several tenders (`is_leg`)."""

    change_fen = serializers.IntegerField(read_only=True)

    class Meta:
        model = PaymentAttempt
        fields = [
            "id", "channel", "method", "state", "amount_fen", "paid_fen", "tendered_fen", "change_fen",
            "is_leg", "out_trade_no", "transaction_id", "started_at", "expires_at", "paid_at", "held_at", "error",
        ]  # fmt: skip
        read_only_fields = fields


class OpenedAttemptSerializer(ModelSerializer):
    """What the payer's app needs now. `client` has the fields that the channel's own function takes."""

    client = serializers.DictField(child=serializers.CharField(), read_only=True)
    order_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = PaymentAttempt
        fields = [
            "id", "order_id", "channel", "method", "state", "amount_fen", "out_trade_no", "expires_at", "client",
        ]  # fmt: skip
        read_only_fields = fields
