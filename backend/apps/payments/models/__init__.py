from apps.payments.models.attempt import PaymentAttempt
from apps.payments.models.close import DailyClose, MonthlyClose
from apps.payments.models.grant import PartnerChannel, PartnerOperation
from apps.payments.models.ledger import (
    AccountKind,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerTransaction,
)
from apps.payments.models.merchant import MerchantAccount
from apps.payments.models.order import (
    CloseCause,
    PaymentOrder,
    PaymentOrderLine,
    PaymentOrigin,
    ReturnCause,
)
from apps.payments.models.push import ChannelPush
from apps.payments.models.refund import Refund, RefundCause, RefundLine, RefundRoute

__all__ = [
    "AccountKind",
    "ChannelPush",
    "CloseCause",
    "DailyClose",
    "LedgerAccount",
    "LedgerBalance",
    "LedgerEntry",
    "LedgerTransaction",
    "MerchantAccount",
    "MonthlyClose",
    "PartnerChannel",
    "PartnerOperation",
    "PaymentAttempt",
    "PaymentOrder",
    "PaymentOrderLine",
    "PaymentOrigin",
    "Refund",
    "RefundCause",
    "RefundLine",
    "RefundRoute",
    "ReturnCause",
]
