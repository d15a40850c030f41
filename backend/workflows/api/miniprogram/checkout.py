from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.billing.errors import BillNotPayable
from apps.payments.errors import AmountNotAllowed, OrderExpired, SubjectBeingPaid
from apps.payments.selectors import orders
from apps.scheduling import errors
from apps.scheduling.models import Appointment
from apps.scheduling.selectors.appointments import appointments_of
from kernel.errors import NotFound, StateConflict, TooManyRequests
from kernel.http.idempotency import idempotent
from kernel.http.schema import raises
from kernel.http.views import GenericViewSet
from workflows.api.serializers import CheckoutOrderSerializer
from workflows.registration_fee import bill, collect

MINIPROGRAM = "miniprogram"


@extend_schema(tags=["appointments"])
class CheckoutViewSet(GenericViewSet[Appointment]):
    """挂号支付: the fee of a booking or a hold, as an order to pay."""

    permission_classes = [IsPatientAccount]
    lookup_value_converter = "uuid"
    queryset = Appointment.objects.none()

    @extend_schema(
        request=None, responses={201: CheckoutOrderSerializer}, operation_id="appointments_checkout"
    )
    @raises(
        NotFound, StateConflict, errors.AlreadyPaid, errors.HoldExpired, BillNotPayable, OrderExpired,
        SubjectBeingPaid, AmountNotAllowed, TooManyRequests,
    )  # fmt: skip
    @idempotent(atomic=False)
    def checkout(self, request: Any, pk: UUID) -> Response:
        """挂号支付: the order of the registration fee; pay it by `payment-orders/{id}/pay` before it expires."""
        account = request.user.wechat
        found = appointments_of(account).select_related(*bill.RELATED).filter(pk=pk).first()
        if found is None:
            raise NotFound
        order = collect.checkout(found, account=account, application=MINIPROGRAM)
        return self._answer(order.pk)

    def replay(self, request: Any, result: UUID) -> Response:
        """The answer to a repeated request: the order as it is now."""
        return self._answer(result)

    def _answer(self, order_id: UUID) -> Response:
        order = orders.listed(orders.of_hospitals()).get(pk=order_id)
        return Response(CheckoutOrderSerializer(order).data, status=201)
