from apps.payments.models.attempt import PaymentAttempt
from apps.payments.models.ledger import (
    AccountKind,
    LedgerAccount,
    LedgerBalance,
    LedgerEntry,
    LedgerTransaction,
)
from apps.payments.models.merchant import MerchantAccount
from apps.payments.models.order import PayerType, PaymentOrder, PaymentOrderLine, PaymentScene
from apps.payments.models.push import ChannelPush
from apps.payments.models.refund import Refund, RefundCause, RefundLine, RefundRoute

__all__ = [
    "AccountKind",
    "ChannelPush",
    "LedgerAccount",
    "LedgerBalance",
    "LedgerEntry",
    "LedgerTransaction",
    "MerchantAccount",
    "PayerType",
    "PaymentAttempt",
    "PaymentOrder",
    "PaymentOrderLine",
    "PaymentScene",
    "Refund",
    "RefundCause",
    "RefundLine",
    "RefundRoute",
]
