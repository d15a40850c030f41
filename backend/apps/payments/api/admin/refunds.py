from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin
from apps.payments.api.admin.exporting import ExportMixin
from apps.payments.api.filters import RefundFilter
from apps.payments.api.serializers import RefundSerializer
from apps.payments.errors import NoOpenShift
from apps.payments.models import Refund, RefundRoute
from apps.payments.selectors.exports import refund_rows
from apps.payments.services.failed_refunds import confirm_voided, pay_out, send_again
from apps.payments.services.record_refund import POS
from kernel.errors import StateConflict
from kernel.http.commands import command
from kernel.http.serializers import Serializer


class VoidedSlipSerializer(Serializer):
    """The number of the slip by which the card machine gave it back."""

    reference = serializers.CharField(max_length=64)


class StaffRefundSerializer(RefundSerializer):
    """退费 for staff, with what went wrong. `is_slip`: the card machine gives it back, a clerk confirms it."""

    order_no = serializers.CharField(source="order.order_no", read_only=True)
    decided_by_name = serializers.CharField(source="decided_by.name", read_only=True, default="")
    channel = serializers.CharField(source="attempt.channel", read_only=True)
    is_slip = serializers.SerializerMethodField()

    class Meta(RefundSerializer.Meta):
        fields = [
            *RefundSerializer.Meta.fields, "hospital_id", "hospital_name", "patient_name", "order_no", "channel",
            "is_slip", "application", "decision_id", "decided_by_name", "channel_refund_no", "channel_refund_id",
            "error", "reissued", "his_notified_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_slip(self, refund: Refund) -> bool:
        return refund.attempt.channel == POS and refund.route == RefundRoute.ORIGINAL


@extend_schema(tags=["payments"])
class RefundViewSet(OptionsMixin, ListMixin, RetrieveMixin, ExportMixin):
    """退费: what is on its way, what failed, and what is done about it."""

    model = Refund
    resource = "payments.refund"
    codes = {"reissue": "reissue", "pay_out": "pay_out", "void_slip": "pay_out"}
    serializer_class = StaffRefundSerializer
    filterset_class = RefundFilter
    ordering_fields = ["created_at", "amount_fen"]
    ordering = ["-id"]
    export_rows, export_name = staticmethod(refund_rows), "refunds_export"
    option_columns = ("refund_no", "patient__name", "amount_fen")
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> Any:
        return Refund.objects.select_related("patient", "order", "attempt", "decided_by")

    @command(answer=StaffRefundSerializer, raises=(StateConflict,), idempotent=True)
    def reissue(self, refund: Refund) -> Refund:
        """重新退款: send a failed refund again, under the same number where the channel allows it."""
        return send_again(refund, staff=self.me)

    @command(answer=StaffRefundSerializer, raises=(StateConflict, NoOpenShift), idempotent=True, atomic=False)
    def pay_out(self, refund: Refund) -> Refund:
        """现金退款: a failed refund is paid out in cash, unless the channel has done it after all."""
        return pay_out(refund, staff=self.me)

    @command(
        body=VoidedSlipSerializer, answer=StaffRefundSerializer, raises=(StateConflict,), idempotent=True
    )
    def void_slip(self, refund: Refund, *, reference: str) -> Refund:
        """撤销刷卡: the clerk has voided the slip on the card machine, and the payer's bank has the money."""
        return confirm_voided(refund, staff=self.me, reference=reference)
