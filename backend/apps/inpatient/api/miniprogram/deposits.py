"""住院押金补缴 by the patient or a relative."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.inpatient.api.deposits import (
    DepositSerializer,
    OwnDepositFilter,
    PayDepositSerializer,
    opens_deposit,
)
from apps.inpatient.models import DepositTransaction
from apps.inpatient.selectors import admissions, deposits
from apps.inpatient.services.deposits import open_deposit
from kernel.errors import NotFound
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.serializers import validated
from kernel.http.views import GenericViewSet

#: The application that this audience is.
MINIPROGRAM = "miniprogram"


class OwnDeposits(GenericViewSet[Any]):
    """Deposits of the bound patients, and those that the account asked for itself."""

    permission_classes = [IsPatientAccount]
    serializer_class = DepositSerializer
    lookup_value_converter = "uuid"
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return DepositTransaction.objects.none()
        return deposits.deposits_of(self.request.user.wechat)  # type: ignore[union-attr]

    def answer(self, pk: UUID, status: int = 200) -> Response:
        """That deposit as it is now; NotFound."""
        return Response(self.get_serializer(deposits.one(self.get_queryset(), pk)).data, status=status)


@extend_schema(tags=["inpatient"])
class DepositViewSet(OwnDeposits):
    """住院押金 of the account and its patients."""

    filterset_class = OwnDepositFilter
    ordering_fields = ["created_at"]

    @extend_schema(operation_id="inpatient_deposits_list")
    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """押金记录: the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, pk: UUID) -> Response:
        """One deposit; poll it after paying until it is credited."""
        return self.answer(pk)


@extend_schema(tags=["inpatient"])
class AdmissionDepositViewSet(OwnDeposits):
    """住院押金补缴 for a stay."""

    @extend_schema(
        operation_id="admissions_deposits_create",
        request=PayDepositSerializer,
        responses={201: DepositSerializer},
    )
    @opens_deposit
    @idempotent(atomic=False)
    def create(self, request: Any, pk: UUID) -> Response:
        """补缴押金: an order to pay, for a stay of one's own patients or one found by number and name."""
        account = request.user.wechat
        stay = admissions.payable_by(account).select_related("hospital").filter(pk=pk).first()
        if stay is None:
            raise NotFound
        amount_fen = validated(PayDepositSerializer, request.data)["amount_fen"]
        made = open_deposit(admission=stay, amount_fen=amount_fen, application=MINIPROGRAM, account=account)
        return self.answer(made.pk, status=201)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the deposit as it is now."""
        return self.answer(result, status=201)
