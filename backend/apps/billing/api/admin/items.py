from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.billing import errors
from apps.billing.api.serializers import StaffBillDetailSerializer
from apps.billing.models import Bill, ChargeItem
from apps.billing.selectors import bills
from apps.billing.services.perform import perform_item, undo_item
from apps.identity.models import StaffMember
from kernel.http.schema import raises


@extend_schema(tags=["bills"])
class BillItemViewSet(ScopedViewSet):
    """费用明细: what was dispensed or performed can't be refunded."""

    model = ChargeItem
    resource = "billing.bill"
    codes = {"perform": "perform", "undo_perform": "undo"}
    serializer_class = StaffBillDetailSerializer

    @extend_schema(request=None, responses=StaffBillDetailSerializer, operation_id="bill_items_perform")
    @raises(errors.ItemNotPaid, errors.ItemPerformed, errors.ItemRefunded)
    def perform(self, request: Any, pk: UUID) -> Response:
        """发药/执行: mark the item of a paid bill; answers the whole bill."""
        item = self.get_object()
        return self._answer(perform_item(item, staff=StaffMember.objects.get(pk=self.actor.staff_id)))

    @extend_schema(request=None, responses=StaffBillDetailSerializer, operation_id="bill_items_undo_perform")
    @raises(errors.ItemNotPerformed, errors.ItemRefunded)
    def undo_perform(self, request: Any, pk: UUID) -> Response:
        """撤销执行: the mark was a mistake; not once something of the bill was refunded."""
        return self._answer(undo_item(self.get_object()))

    def _answer(self, item: ChargeItem) -> Response:
        return Response(bills.one(Bill.objects.all(), item.bill_id))
