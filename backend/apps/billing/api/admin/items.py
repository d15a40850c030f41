from typing import Any

from drf_spectacular.utils import extend_schema

from apps.access.scoped.views import ScopedViewSet
from apps.billing import errors
from apps.billing.api.serializers import StaffBillDetailSerializer
from apps.billing.models import Bill, ChargeItem
from apps.billing.selectors import bills
from apps.billing.services.perform import perform_item, undo_item
from kernel.http.commands import command


@extend_schema(tags=["bills"])
class BillItemViewSet(ScopedViewSet):
    """费用明细: what was dispensed or performed can't be refunded."""

    model = ChargeItem
    resource = "billing.bill"
    codes = {"perform": "perform", "undo_perform": "undo"}
    serializer_class = StaffBillDetailSerializer

    @command(
        answer=StaffBillDetailSerializer, raises=(errors.ItemNotPaid, errors.ItemPerformed, errors.ItemRefunded),
        operation_id="bill_items_perform",
    )  # fmt: skip
    def perform(self, item: ChargeItem) -> dict[str, Any]:
        """发药/执行: mark the item of a paid bill; answers the whole bill."""
        return bills.one(Bill.objects.all(), perform_item(item, staff=self.me).bill_id)

    @command(
        answer=StaffBillDetailSerializer, raises=(errors.ItemNotPerformed, errors.ItemRefunded),
        operation_id="bill_items_undo_perform",
    )  # fmt: skip
    def undo_perform(self, item: ChargeItem) -> dict[str, Any]:
        """撤销执行: the mark was a mistake; not once something of the bill was refunded."""
        return bills.one(Bill.objects.all(), undo_item(item).bill_id)
