from rest_framework import serializers

from apps.billing.types import ItemCategory
from apps.receipts.models import EReceipt
from apps.receipts.selectors import qr_picture
from kernel.http.fields import QuantityField
from kernel.http.serializers import ModelSerializer, Serializer


class EReceiptLineSerializer(Serializer):
    """One line, as it was issued. `charge_code`, `charge_name`: what it is summed up under."""

    category = serializers.ChoiceField(choices=ItemCategory.choices)
    charge_code = serializers.CharField()
    charge_name = serializers.CharField()
    name = serializers.CharField()
    spec = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    quantity = QuantityField()
    amount_fen = serializers.IntegerField()


class WithPicture(ModelSerializer):
    """Parts of a receipt that are read one at a time."""

    lines = EReceiptLineSerializer(many=True)
    qr_picture_url = serializers.SerializerMethodField()

    class Meta:
        model = EReceipt
        fields: list[str] = []

    def get_qr_picture_url(self, receipt: EReceipt) -> str:
        return qr_picture(receipt)
