"""What several audiences give and get. Rows come as plain dicts; these declare their shape."""

from typing import Any

from rest_framework import serializers

from apps.billing.models import BillKind, BillSource, CancelCause, ItemCategory
from apps.billing.services.items import MAX_ITEMS, ItemSpec
from apps.billing.states import BILLS
from apps.payments.payables import payment_scene
from apps.payments.payers import PayerType
from apps.payments.states import OrderState
from apps.payments.types import PaymentOrder, PaymentOrderLine
from kernel.http.fields import QuantityField
from kernel.http.serializers import ModelSerializer, Serializer, Shape
from kernel.money import MAX_FEN


class ItemSerializer(Serializer):
    """费用明细. `performed_at`: dispensed or performed since then."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    category = serializers.ChoiceField(choices=ItemCategory.choices)
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    quantity = QuantityField()
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()
    performed_at = serializers.DateTimeField(allow_null=True)
    performed_by_name = serializers.CharField(allow_blank=True)


class BillSerializer(Serializer):
    """账单. `is_payable`: issued and not expired. `registration_bill_id`: the registration to be paid with it."""

    id = serializers.UUIDField()
    bill_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=BillKind.choices)
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=BILLS.choices)
    is_payable = serializers.BooleanField()
    is_mandatory = serializers.BooleanField()
    registration_bill_id = serializers.UUIDField(allow_null=True)
    payer_type = serializers.ChoiceField(choices=PayerType.choices)
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField(allow_blank=True)
    voucher_no = serializers.CharField(allow_blank=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_cause = serializers.ChoiceField(choices=CancelCause.choices, allow_blank=True)
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField(allow_null=True)
    department_name = serializers.CharField(allow_blank=True)
    location = serializers.CharField(allow_blank=True)
    practitioner_id = serializers.UUIDField(allow_null=True)
    practitioner_name = serializers.CharField(allow_blank=True)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()


class BillDetailSerializer(BillSerializer):
    """账单 with its items."""

    items = ItemSerializer(many=True)


class StaffBillSerializer(BillSerializer):
    """账单 for staff. `external_id` is HIS's key; `replaces_id` the bill that this one was issued again for.

    `has_invoice`: one stands that no refund has reversed.
    """

    mrn = serializers.CharField()
    source = serializers.ChoiceField(choices=BillSource.choices)  # type: ignore[assignment]
    external_id = serializers.CharField(allow_blank=True)
    replaces_id = serializers.UUIDField(allow_null=True)
    application = serializers.CharField(allow_blank=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    has_invoice = serializers.BooleanField()


class StaffBillDetailSerializer(Shape, StaffBillSerializer):
    """账单 for staff, with its items."""

    items = ItemSerializer(many=True)


class OrderLineSerializer(ModelSerializer):
    """One bill of a payment order."""

    class Meta:
        model = PaymentOrderLine
        fields = ["subject_type", "subject_id", "title", "amount_fen"]
        read_only_fields = fields


class OpenedOrderSerializer(ModelSerializer):
    """支付单 that waits for its payment until `expires_at`."""

    scene = serializers.ChoiceField(choices=payment_scene().choices)
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in OrderState])
    lines = OrderLineSerializer(many=True)

    class Meta:
        model = PaymentOrder
        fields = ["id", "order_no", "state", "scene", "description", "amount_fen", "expires_at", "lines"]
        read_only_fields = fields


class NewItemSerializer(Serializer):
    """An item to be charged; its amount is quantity × price, half a fen rounded up."""

    category = serializers.ChoiceField(choices=ItemCategory.choices, default=ItemCategory.OTHER.value)
    code = serializers.CharField(max_length=64, allow_blank=True, default="")
    name = serializers.CharField(max_length=120)
    spec = serializers.CharField(max_length=120, allow_blank=True, default="")
    unit = serializers.CharField(max_length=16, allow_blank=True, default="")
    quantity = QuantityField()
    unit_price_fen = serializers.IntegerField(min_value=0, max_value=MAX_FEN)


class HisItemSerializer(NewItemSerializer):
    """An item as HIS charges it; `amount_fen` is HIS's own sum, without it quantity × price, rounded."""

    amount_fen = serializers.IntegerField(
        min_value=0, max_value=MAX_FEN, required=False, allow_null=True, default=None
    )


def item_list(kind: type[NewItemSerializer]) -> Any:
    """The field that takes a bill's items."""
    return serializers.ListField(child=kind(), min_length=1, max_length=MAX_ITEMS)


def specs(items: list[dict[str, Any]]) -> list[ItemSpec]:
    """Checked items as the services take them."""
    return [ItemSpec(**item) for item in items]
