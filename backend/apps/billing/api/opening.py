"""What opening a payment of bills refuses, for whomever."""

from apps.billing import errors
from apps.payments import errors as payment_errors
from kernel.errors import InvalidValue, NotFound

REFUSALS = (
    NotFound, InvalidValue, errors.InsuranceNotSupported, errors.BillsNotTogether, errors.BillNotPayable,
    errors.RegistrationVoid, errors.MandatoryBillMissing, payment_errors.AmountNotAllowed,
    payment_errors.OrderExpired, payment_errors.SubjectBeingPaid,
)  # fmt: skip
