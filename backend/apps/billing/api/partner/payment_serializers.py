"""What third-party applications send and read of payments: nothing of a patient but what they named themselves."""

from rest_framework import serializers

from apps.billing.models import BillKind
from apps.billing.services.checkout import MAX_BILLS
from apps.payments.payables import payment_scene
from apps.payments.states import ORDERS, REFUNDS
from apps.payments.types import PartnerOperation, PaymentOrder, PayMethod, Refund, RefundCause, RefundRoute
from kernel.http.fields import MaskedText
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.money import MAX_FEN

METHODS = [(method.value, method.value) for method in (PayMethod.QR_CODE, PayMethod.WAP, PayMethod.APP)]


class CardSerializer(Serializer):
    """Whose money it is about: a card and its owner's name, as the payer typed or the terminal read them.

    `payer`: who asks there, a user's or a terminal's id of the application. Wrong guesses are counted for it.
    """

    card_number = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=64)
    payer = serializers.CharField(max_length=64, allow_blank=True, default="")


class GrantedChannelSerializer(Serializer):
    """A channel of the application: what it may do there, and how people can pay."""

    channel = serializers.CharField()
    title = serializers.CharField()
    methods = serializers.ListField(child=serializers.ChoiceField(choices=METHODS))
    operations = serializers.ListField(child=serializers.ChoiceField(choices=PartnerOperation.choices))


class PartnerItemSerializer(Serializer):
    """费用明细: what is charged."""

    name = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    quantity = serializers.CharField()
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()


class PayableBillSerializer(Serializer):
    """待缴账单 with its items. `is_mandatory`, `registration_bill_id`: what has to be paid together."""

    id = serializers.UUIDField()
    bill_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=BillKind.choices)
    title = serializers.CharField()
    is_mandatory = serializers.BooleanField()
    registration_bill_id = serializers.UUIDField(allow_null=True)
    amount_fen = serializers.IntegerField()
    department_name = serializers.CharField(allow_blank=True)
    issued_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    items = PartnerItemSerializer(many=True)


class PayableCardSerializer(Serializer):
    """待缴费 of a card. `is_current` false: HIS does not answer, and what is listed is what was known before."""

    patient_name = MaskedText()
    is_current = serializers.BooleanField()
    bills = PayableBillSerializer(many=True)


class OpenOrderSerializer(CardSerializer):
    """Whole bills of the card's owner."""

    bill_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_BILLS)


class OpenTopUpSerializer(CardSerializer):
    """How much is to be put on the card."""

    amount_fen = serializers.IntegerField(min_value=1, max_value=MAX_FEN)


class CardRefundSerializer(OpenTopUpSerializer):
    """How much of the balance is to go back."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class PayOrderSerializer(Serializer):
    """Through which channel, and how."""

    channel = serializers.CharField(max_length=24)
    method = serializers.ChoiceField(choices=METHODS)


class RefundOrderSerializer(Serializer):
    """`bill_ids`: which of its bills; without them all of which something may go back."""

    bill_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_BILLS, required=False
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class PartnerLineSerializer(Serializer):
    """What the order pays; `subject_id` of a bill is its `id` among the payable ones."""

    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField()
    title = serializers.CharField()
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()


class PartnerOrderSerializer(ModelSerializer):
    """支付单 of the application. `posted`: the hospital has taken note of it; paid_unposted: about to."""

    scene = serializers.ChoiceField(choices=payment_scene().choices, read_only=True)
    state = serializers.ChoiceField(choices=ORDERS.choices, read_only=True)
    lines = PartnerLineSerializer(many=True, read_only=True)

    class Meta:
        model = PaymentOrder
        fields = [
            "id", "order_no", "scene", "state", "description", "amount_fen", "refunded_fen", "channel", "created_at",
            "expires_at", "paid_at", "posted_at", "closed_at", "returned_at", "lines",
        ]  # fmt: skip
        read_only_fields = fields


class PartnerRefundSerializer(ModelSerializer):
    """退费 of an order of the application, whoever asked for it; `processing`: accepted by the channel, not done."""

    order_no = serializers.CharField(source="order.order_no", read_only=True)
    state = serializers.ChoiceField(choices=REFUNDS.choices, read_only=True)
    route = serializers.ChoiceField(choices=RefundRoute.choices, read_only=True)
    cause = serializers.ChoiceField(choices=RefundCause.choices, read_only=True)

    class Meta:
        model = Refund
        fields = [
            "id", "refund_no", "order_id", "order_no", "amount_fen", "route", "cause", "reason", "state",
            "accepted_at", "succeeded_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class StartedRefundSerializer(Serializer):
    """What goes back now: one refund per order that the money came by."""

    amount_fen = serializers.IntegerField()
    refunds = PartnerRefundSerializer(many=True)


class StartedPaymentSerializer(Serializer):
    """What the payer's device needs. `client` has the fields that the channel's own function takes."""

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    channel = serializers.CharField()
    method = serializers.ChoiceField(choices=METHODS)
    amount_fen = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    client = serializers.DictField(child=serializers.CharField())
