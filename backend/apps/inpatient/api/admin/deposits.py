"""住院押金 at the window."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.inpatient.api.deposits import (
    REFUSALS,
    DepositFilter,
    PayDepositSerializer,
    StaffDepositSerializer,
)
from apps.inpatient.models import Admission, DepositTransaction
from apps.inpatient.selectors import deposits
from apps.inpatient.services.deposits import open_deposit
from kernel.http.commands import command

#: The application that the window is.
WINDOW = "window"


@extend_schema(tags=["inpatient"])
class DepositViewSet(ListMixin, RetrieveMixin):
    """住院押金: every deposit that was asked for, and what became of it."""

    model = DepositTransaction
    resource = "inpatient.deposit"
    serializer_class = StaffDepositSerializer
    filterset_class = DepositFilter
    ordering_fields = ["created_at", "amount_fen"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return deposits.listed(DepositTransaction.objects.all())


@extend_schema(tags=["inpatient"])
class AdmissionDepositViewSet(ScopedViewSet):
    """住院押金补缴 for a stay."""

    model = Admission
    resource = "inpatient.deposit"
    serializer_class = StaffDepositSerializer
    filter_backends: Any = []

    def base_queryset(self) -> Any:
        return Admission.objects.select_related("hospital")

    @command(
        body=PayDepositSerializer, answer=StaffDepositSerializer, status=201, idempotent=True, atomic=False,
        raises=REFUSALS, operation_id="admissions_deposits_create",
    )  # fmt: skip
    def create(self, stay: Admission, *, amount_fen: int) -> DepositTransaction:
        """窗口收押金: an order that is settled like any other; the deposit has the money once it is posted."""
        made = open_deposit(admission=stay, amount_fen=amount_fen, application=WINDOW, staff=self.me)
        return self.replay(made.pk)

    def replay(self, made: UUID) -> DepositTransaction:
        """The deposit as it is now."""
        return deposits.one(DepositTransaction.objects.all(), made)
