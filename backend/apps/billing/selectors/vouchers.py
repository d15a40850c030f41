"""缴费凭证: what a patient shows at the pharmacy and for an examination."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.models import Bill
from apps.billing.selectors import bills
from apps.billing.states import BillStatus
from kernel.errors import StateConflict

_SHOWN = (
    "id", "bill_no", "voucher_no", "kind", "title", "status", "amount_fen", "refunded_fen", "paid_at", "channel",
    "hospital_name", "department_name", "location", "practitioner_name", "patient_name", "mrn", "items",
)  # fmt: skip


def voucher_of(queryset: QuerySet[Bill], bill_id: UUID) -> dict[str, Any]:
    """The voucher of a paid bill; NotFound, StateConflict before it is paid."""
    found = bills.one(queryset, bill_id)
    if found["status"] not in (BillStatus.PAID, BillStatus.REFUNDED):
        raise StateConflict(current=found["status"])
    return {name: found[name] for name in _SHOWN}


def summary(items: list[dict[str, Any]], most: int = 2) -> str:
    """A few words about what was paid: `阿司匹林 2盒、血常规 1次等 5 项`."""
    named = [f"{i['name']} {i['quantity']}{i['unit']}" for i in items[:most]]
    rest = f"等 {len(items)} 项" if len(items) > most else ""
    return "、".join(named) + rest
