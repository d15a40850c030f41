"""What opening a payment answers and refuses, at the window and in the mini-program."""

from typing import Any, TypeVar

from rest_framework.response import Response

from apps.billing import errors
from apps.billing.api.serializers import OpenedOrderSerializer
from apps.payments import errors as payment_errors
from apps.payments.types import PaymentOrder
from kernel.errors import InvalidValue, NotFound
from kernel.http.schema import raises

F = TypeVar("F", bound=Any)


def opens_payment(method: F) -> F:
    """Declare what can stand in the way of a payment of bills."""
    declare = raises(
        NotFound,
        InvalidValue,
        errors.InsuranceNotSupported,
        errors.BillsNotTogether,
        errors.BillNotPayable,
        errors.RegistrationVoid,
        errors.MandatoryBillMissing,
        payment_errors.AmountNotAllowed,
        payment_errors.OrderExpired,
        payment_errors.SubjectBeingPaid,
    )
    return declare(method)


def answer(order: PaymentOrder) -> Response:
    """The opened order."""
    return Response(OpenedOrderSerializer(order).data, status=201)
