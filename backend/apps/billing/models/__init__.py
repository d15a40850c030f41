from apps.billing.models.bill import (
    Bill,
    BillKind,
    BillSource,
    CancelCause,
    ChargeItem,
    ItemCategory,
    PayerKind,
)
from apps.billing.models.invoice import Invoice, InvoicePrint

__all__ = [
    "Bill",
    "BillKind",
    "BillSource",
    "CancelCause",
    "ChargeItem",
    "Invoice",
    "InvoicePrint",
    "ItemCategory",
    "PayerKind",
]
