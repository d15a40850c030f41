"""Invoices as staff see them and as the printer gets them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.errors import InvoiceNotPrinted
from apps.billing.models import Invoice, InvoicePaper, InvoicePrint
from apps.billing.selectors.papers import paper_of
from apps.billing.states import PaperState
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


def newest_copy(invoice_id: UUID, staff_id: UUID | None) -> InvoicePrint:
    """The last copy that was counted; InvoiceNotPrinted where that person has not printed it."""
    copy = InvoicePrint.objects.filter(invoice=invoice_id).order_by("-copy_no").first()
    if copy is None or copy.printed_by_id is None or copy.printed_by_id != staff_id:
        raise InvoiceNotPrinted
    return copy


def has_e_receipt_of_his(bill_id: UUID) -> bool:
    """Whether HIS has made an e-receipt of what stands of the bill."""
    return Invoice.objects.filter(bill_id=bill_id, reversed_at=None).exclude(e_number="").exists()


def form_of(bill_id: UUID) -> tuple[str, str] | None:
    """票据代码 and 票据号码 of the numbered form that the bill's standing invoice is printed on; None: of none."""
    found = InvoicePaper.objects.filter(
        invoice__bill_id=bill_id, invoice__reversed_at=None, state=PaperState.ISSUED
    ).first()
    return (found.range.code, found.paper_no) if found else None
