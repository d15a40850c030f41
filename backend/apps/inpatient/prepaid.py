"""住院押金 as a prepaid account."""

from apps.payments.types import AccountKind
from apps.prepaid.kinds import PrepaidKind, define_prepaid

INPATIENT_DEPOSIT = define_prepaid(
    PrepaidKind(AccountKind.INPATIENT_DEPOSIT, "住院押金", "Inpatient deposit")
)
