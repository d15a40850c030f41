"""住院押金 at the window."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import StaffMember
from apps.inpatient.api.deposits import (
    DepositFilter,
    PayDepositSerializer,
    StaffDepositSerializer,
    opens_deposit,
)
from apps.inpatient.models import Admission, DepositTransaction
from apps.inpatient.selectors import deposits
from apps.inpatient.services.deposits import open_deposit
from kernel.http.idempotency import idempotent
from kernel.http.serializers import validated

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

    @extend_schema(
        operation_id="admissions_deposits_create",
        request=PayDepositSerializer,
        responses={201: StaffDepositSerializer},
    )
    @opens_deposit
    @idempotent(atomic=False)
    def create(self, request: Any, pk: UUID) -> Response:
        """窗口收押金: an order that is settled like any other; the deposit has the money once it is posted."""
        stay = self.get_object()
        made = open_deposit(
            admission=stay,
            amount_fen=validated(PayDepositSerializer, request.data)["amount_fen"],
            application=WINDOW,
            staff=StaffMember.objects.get(pk=self.actor.staff_id),
        )
        return self.replay(request, made.pk)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the deposit as it is now."""
        found = deposits.one(DepositTransaction.objects.all(), result)
        return Response(self.get_serializer(found).data, status=201)
