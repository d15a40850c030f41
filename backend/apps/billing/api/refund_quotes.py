"""A quote of bills as both audiences get it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.billing.models import Bill
from apps.payments.types import PaymentOrder


def quoted_bills(order: PaymentOrder, bills: Iterable[Bill], allowed: Mapping[UUID, int]) -> dict[str, Any]:
    """The shape of BillQuoteSerializer."""
    return {
        "order_id": order.pk,
        "maximum_fen": sum(allowed.values()),
        "bills": [
            {
                "bill_id": bill.pk,
                "bill_no": bill.bill_no,
                "title": bill.title,
                "amount_fen": bill.amount_fen,
                "refunded_fen": bill.refunded_fen,
                "refundable_fen": allowed[bill.pk],
            }
            for bill in bills
        ],
    }
