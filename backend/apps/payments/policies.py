from apps.access.policies import Policy, hide, policy_for
from apps.payments.models import (
    ChannelPush,
    DailyClose,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerTransaction,
    MerchantAccount,
    MonthlyClose,
    PartnerChannel,
    PaymentAttempt,
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    RefundLine,
)

hide(LedgerBalance, LedgerEntry, PaymentAttempt, PaymentOrderLine, RefundLine)


@policy_for(LedgerAccount)
class LedgerAccountPolicy(Policy):
    """By hospital."""


@policy_for(LedgerTransaction)
class LedgerTransactionPolicy(Policy):
    """By hospital."""


@policy_for(PaymentOrder)
class PaymentOrderPolicy(Policy):
    """By hospital, by the department of what is paid, and by whoever cares for the patient."""

    department = "department_id"
    inherits = ("patient_id", "patients.Patient")


@policy_for(Refund)
class RefundPolicy(Policy):
    """Like the order."""

    department = "department_id"
    inherits = ("patient_id", "patients.Patient")


@policy_for(MerchantAccount)
class MerchantAccountPolicy(Policy):
    """By hospital."""


@policy_for(PartnerChannel)
class PartnerChannelPolicy(Policy):
    """By hospital."""


@policy_for(ChannelPush)
class ChannelPushPolicy(Policy):
    """By hospital."""


@policy_for(DailyClose)
class DailyClosePolicy(Policy):
    """By hospital."""


@policy_for(MonthlyClose)
class MonthlyClosePolicy(Policy):
    """By hospital."""
