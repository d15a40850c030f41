from apps.billing.models.bill import (
    Bill,
    BillKind,
    BillSource,
    CancelCause,
    ChargeItem,
    ItemCategory,
)
from apps.billing.models.card_top_up import CardTopUp
from apps.billing.models.invoice import Invoice, InvoicePrint
from apps.billing.models.refund_request import RefundRequest, RefundRequestLine

__all__ = [
    "Bill",
    "BillKind",
    "BillSource",
    "CancelCause",
    "CardTopUp",
    "ChargeItem",
    "Invoice",
    "InvoicePrint",
    "ItemCategory",
    "RefundRequest",
    "RefundRequestLine",
]
