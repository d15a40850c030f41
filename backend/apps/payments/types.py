"""The words and rows of payments for other apps: enums to compare with, and what selectors and services give.

Rows are read; only payments query and write them (an import contract and a test hold both).
"""

from apps.payments.channels.base import PayMethod
from apps.payments.models import (
    AccountKind,
    CloseCause,
    DailyClose,
    LedgerEntry,
    LedgerTransaction,
    MerchantAccount,
    MonthlyClose,
    PartnerOperation,
    PaymentOrder,
    PaymentOrderLine,
    PaymentOrigin,
    Refund,
    RefundCause,
    RefundLine,
    RefundRoute,
    ReturnCause,
)
from apps.payments.models.ledger import PREPAID

__all__ = [
    "PREPAID",
    "AccountKind",
    "CloseCause",
    "DailyClose",
    "LedgerEntry",
    "LedgerTransaction",
    "MerchantAccount",
    "MonthlyClose",
    "PartnerOperation",
    "PayMethod",
    "PaymentOrder",
    "PaymentOrderLine",
    "PaymentOrigin",
    "Refund",
    "RefundCause",
    "RefundLine",
    "RefundRoute",
    "ReturnCause",
]
