"""Invoices as staff see them and as the printer gets them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.models import Invoice, InvoicePrint
from apps.billing.selectors.papers import paper_of
from kernel.errors import NotFound

OWN = (
    "id", "invoice_no", "bill_id", "payer_name", "amount_fen", "issued_at", "e_code", "e_number", "e_check_code",
    "print_count", "reversed_at", "hospital_id", "department_id", "patient_id",
)  # fmt: skip
RELATED = {
    "bill_no": "bill__bill_no",
    "paid_at": "bill__paid_at",
    "channel": "bill__channel",
    "hospital_name": "hospital__name",
    "department_name": "department__name",
    "patient_name": "patient__name",
    "mrn": "patient__mrn",
    "issued_by_name": "issued_by__name",
}


def rows_of(queryset: QuerySet[Invoice]) -> QuerySet[Any, dict[str, Any]]:
    """Plain rows in one query; pass each through `shown`."""
    rows: QuerySet[Any, dict[str, Any]] = queryset.values(*OWN, *RELATED.values())
    return rows


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `rows_of` as the front end gets it."""
    return {name: row[name] for name in OWN} | {
        name: row[path] if row[path] is not None else "" for name, path in RELATED.items()
    }


def one(invoice_id: UUID) -> dict[str, Any]:
    """One invoice with its items, as shown; NotFound."""
    found = Invoice.objects.filter(pk=invoice_id)
    row = rows_of(found).first()
    if row is None:
        raise NotFound
    return shown(row) | {"items": found.values_list("items", flat=True)[0]}


def printed(copy: InvoicePrint) -> dict[str, Any]:
    """What the printer gets for that copy."""
    return one(copy.invoice_id) | {
        "copy_no": copy.copy_no,
        "is_reprint": copy.copy_no > 1,
        "desk": copy.desk,
        "printed_at": copy.created_at,
        **paper_of(copy),
    }
