"""押金单 of one's own patients, and paying them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.inpatient.api.deposit_orders import DepositOrderFilter, DepositOrderSerializer, listed
from apps.inpatient.api.deposits import REFUSALS, DepositSerializer
from apps.inpatient.api.miniprogram.deposits import MINIPROGRAM
from apps.inpatient.models import DepositOrder, DepositTransaction
from apps.inpatient.selectors import deposits
from apps.inpatient.services.deposit_orders import pay_order
from apps.patients.selectors import bound_patients
from kernel.errors import NotFound, StateConflict
from kernel.http.commands import command
from kernel.http.schema import raises


@extend_schema(tags=["inpatient"])
class DepositOrderViewSet(OwnViewSet):
    """押金单 of the bound patients."""

    serializer_class = DepositOrderSerializer
    filterset_class = DepositOrderFilter
    ordering_fields: Any = []
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return DepositOrder.objects.none()
        return listed(DepositOrder.objects.filter(admission__patient_id__in=bound_patients(self.account)))

    @extend_schema(operation_id="deposit_orders_list")
    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """押金单: the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @command(
        answer=DepositSerializer, status=201, idempotent=True, atomic=False,
        raises=(StateConflict, NotFound, *REFUSALS), operation_id="deposit_orders_pay",
    )  # fmt: skip
    def pay(self, asked: DepositOrder) -> DepositTransaction:
        """缴押金单: an order to pay, for exactly that amount."""
        return self.replay(pay_order(asked, application=MINIPROGRAM, account=self.account).pk)

    def get_object(self) -> DepositOrder:
        found: DepositOrder | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found

    def replay(self, made: UUID) -> DepositTransaction:
        """The deposit as it is now; NotFound."""
        return deposits.one(deposits.deposits_of(self.account), made)
