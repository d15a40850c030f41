"""出院结算 of one's own patients, and paying what a deposit lacks."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.inpatient.api.miniprogram.deposits import MINIPROGRAM
from apps.inpatient.api.settlements import COLLECT_REFUSALS, SettlementDetailSerializer, with_money
from apps.inpatient.models import DischargeSettlement
from apps.inpatient.selectors import settlements
from apps.inpatient.services.collecting import collect
from kernel.errors import NotFound
from kernel.http.commands import command


@extend_schema(tags=["inpatient"])
class SettlementViewSet(OwnViewSet):
    """出院结算 of the bound patients."""

    serializer_class = SettlementDetailSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return DischargeSettlement.objects.none()
        return settlements.settlements_of(self.account)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One settlement; poll it after paying until it is settled."""
        return Response(self.get_serializer(self.as_now(pk)).data)

    @command(
        answer=SettlementDetailSerializer, raises=(*COLLECT_REFUSALS, NotFound), idempotent=True, atomic=False,
        operation_id="settlements_collect",
    )  # fmt: skip
    def collect(self, row: DischargeSettlement) -> DischargeSettlement:
        """补缴: an order for what the deposit lacks."""
        collect(row, application=MINIPROGRAM, account=self.account)
        return self.as_now(row.pk)

    def get_object(self) -> DischargeSettlement:
        return settlements.one(self.get_queryset(), self.kwargs["pk"])

    def as_now(self, pk: UUID) -> DischargeSettlement:
        """That settlement; NotFound."""
        return with_money(settlements.one(self.get_queryset(), pk))
