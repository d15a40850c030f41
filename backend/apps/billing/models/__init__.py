from apps.billing.models.announcement import BalanceAnnouncement
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
from apps.billing.models.paper import InvoiceKind, InvoicePaper, InvoiceRange
from apps.billing.models.refund_request import RefundRequest, RefundRequestLine

__all__ = [
    "BalanceAnnouncement",
    "Bill",
    "BillKind",
    "BillSource",
    "CancelCause",
    "CardTopUp",
    "ChargeItem",
    "Invoice",
    "InvoiceKind",
    "InvoicePaper",
    "InvoicePrint",
    "InvoiceRange",
    "ItemCategory",
    "RefundRequest",
    "RefundRequestLine",
]
