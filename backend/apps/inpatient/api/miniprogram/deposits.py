"""住院押金补缴 by the patient or a relative."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.inpatient.api.deposits import (
    REFUSALS,
    DepositSerializer,
    OwnDepositFilter,
    PayDepositSerializer,
)
from apps.inpatient.models import Admission, DepositTransaction
from apps.inpatient.selectors import admissions, deposits
from apps.inpatient.services.deposits import open_deposit
from kernel.errors import NotFound
from kernel.http.commands import command
from kernel.http.schema import raises

#: The application that this audience is.
MINIPROGRAM = "miniprogram"


class OwnDeposits(OwnViewSet):
    """Deposits of the bound patients, and those that the account asked for itself."""

    serializer_class = DepositSerializer
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return DepositTransaction.objects.none()
        return deposits.deposits_of(self.account)

    def as_now(self, pk: UUID) -> DepositTransaction:
        """That deposit; NotFound."""
        return deposits.one(self.get_queryset(), pk)


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
        return Response(self.get_serializer(self.as_now(pk)).data)


@extend_schema(tags=["inpatient"])
class AdmissionDepositViewSet(OwnDeposits):
    """住院押金补缴 for a stay."""

    @command(
        body=PayDepositSerializer, answer=DepositSerializer, status=201, idempotent=True, atomic=False,
        raises=REFUSALS, operation_id="admissions_deposits_create",
    )  # fmt: skip
    def create(self, stay: Admission, *, amount_fen: int) -> DepositTransaction:
        """补缴押金: an order to pay, for a stay of one's own patients or one found by number and name."""
        made = open_deposit(
            admission=stay, amount_fen=amount_fen, application=MINIPROGRAM, account=self.account
        )
        return self.as_now(made.pk)

    def get_object(self) -> Admission:
        stays = admissions.payable_by(self.account).select_related("hospital")
        stay = stays.filter(pk=self.kwargs["pk"]).first()
        if stay is None:
            raise NotFound
        return stay
