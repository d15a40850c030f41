from uuid import UUID

from drf_spectacular.utils import extend_schema

from apps.access.scoped.own import OwnViewSet
from apps.billing.errors import BillNotPayable
from apps.payments.errors import AmountNotAllowed, OrderExpired, SubjectBeingPaid
from apps.payments.selectors import orders
from apps.payments.types import PaymentOrder
from apps.scheduling import errors
from apps.scheduling.models import Appointment
from apps.scheduling.selectors.appointments import appointments_of
from kernel.errors import NotFound, StateConflict, TooManyRequests
from kernel.http.commands import command
from workflows.api.serializers import CheckoutOrderSerializer
from workflows.registration_fee import bill, collect

MINIPROGRAM = "miniprogram"


@extend_schema(tags=["appointments"])
class CheckoutViewSet(OwnViewSet):
    """挂号支付: the fee of a booking or a hold, as an order to pay."""

    queryset = Appointment.objects.none()

    @command(
        answer=CheckoutOrderSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            NotFound, StateConflict, errors.AlreadyPaid, errors.HoldExpired, BillNotPayable, OrderExpired,
            SubjectBeingPaid, AmountNotAllowed, TooManyRequests,
        ),
        operation_id="appointments_checkout",
    )  # fmt: skip
    def checkout(self, appointment: Appointment) -> PaymentOrder:
        """挂号支付: the order of the registration fee; pay it by `payment-orders/{id}/pay` before it expires."""
        order = collect.checkout(appointment, account=self.account, application=MINIPROGRAM)
        return self.replay(order.pk)

    def replay(self, made: UUID) -> PaymentOrder:
        """The order as it is now."""
        return orders.listed(orders.of_hospitals()).get(pk=made)

    def get_object(self) -> Appointment:
        own = appointments_of(self.account).select_related(*bill.RELATED)
        found = own.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found
