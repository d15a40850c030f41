from apps.payments.types import PaymentOrder
from kernel.http.serializers import ModelSerializer


class CheckoutOrderSerializer(ModelSerializer):
    """The order that pays a registration's fee; `expires_at` is the end of the hold."""

    class Meta:
        model = PaymentOrder
        fields = ["id", "order_no", "state", "description", "amount_fen", "expires_at"]
        read_only_fields = fields
