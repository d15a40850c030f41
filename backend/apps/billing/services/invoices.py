"""发票: issued for a paid bill, printed and counted, its e-receipt kept."""

from typing import Any

from django.db import IntegrityError, transaction

from apps.billing import errors, settings
from apps.billing.models import Bill, Invoice, InvoicePrint
from apps.billing.numbers import INVOICES, next_number
from apps.billing.selectors.bills import plain
from apps.billing.services.papers import print_on_paper
from apps.billing.states import BillStatus
from apps.identity.models import StaffMember
from apps.payments.closed_days import on_open_days
from apps.payments.drawers import drawers
from kernel import clock
from kernel.errors import REQUIRED, DuplicateValue, InvalidValue, StateConflict
from kernel.locks import lock_one

_KEPT = ("category", "code", "name", "spec", "unit", "unit_price_fen", "amount_fen")


def issue_invoice(bill: Bill, *, staff: StaffMember | None = None) -> Invoice:
    """The invoice of what is left of a paid bill. StateConflict (nothing paid), InvoiceStands."""
    number = next_number(INVOICES, bill.hospital_id)
    with transaction.atomic():
        bill = lock_one(Bill.objects.select_related("patient"), pk=bill.pk)
        if bill.status != BillStatus.PAID:
            raise StateConflict(current=bill.status)
        issued = Invoice.objects.filter(bill=bill, reversed_at=None).first()
        if issued is not None:
            raise errors.InvoiceStands(invoice_id=str(issued.pk))
        return Invoice.objects.create(
            hospital_id=bill.hospital_id,
            department_id=bill.department_id,
            patient_id=bill.patient_id,
            bill=bill,
            invoice_no=number,
            payer_name=bill.patient.name,
            amount_fen=bill.amount_fen - bill.refunded_fen,
            items=_items(bill),
            issued_at=clock.now(),
            issued_by=staff,
        )


def _items(bill: Bill) -> list[dict[str, Any]]:
    rows = bill.items.order_by("position")
    return [{name: getattr(row, name) for name in _KEPT} | {"quantity": plain(row.quantity)} for row in rows]


@on_open_days()
@transaction.atomic
def print_invoice(
    invoice: Invoice,
    *,
    desk: str = "",
    reason: str = "",
    staff: StaffMember | None,
    paper_code: str = "",
    paper_no: str = "",
    copy_returned: bool | None = None,
) -> InvoicePrint:
    """Count a copy; without `desk` at the drawer of the clerk's shift.

    InvoiceReversed, InvoiceDeskRefused (the first one), InvoiceReprintNeedsReason (every other), DayClosed.

    Where forms are numbered it takes the clerk's next number, and the sheet before it is void: see `print_on_paper`.
    """
    current = lock_one(Invoice.objects.select_related("hospital"), pk=invoice.pk)
    if current.reversed_at is not None:
        raise errors.InvoiceReversed
    desk = desk or _desk_of(current, staff)
    first = settings.INVOICE_DESK.of(current.hospital)
    if current.print_count == 0 and first and desk != first:
        raise errors.InvoiceDeskRefused(field="desk", desk=first)
    if current.print_count and not reason:
        raise errors.InvoiceReprintNeedsReason(field="reason")
    current.print_count, current.version = current.print_count + 1, current.version + 1
    current.updated_at = clock.now()
    current.save(update_fields=["print_count", "version", "updated_at"])
    copy = InvoicePrint.objects.create(
        hospital_id=current.hospital_id, invoice=current, copy_no=current.print_count, desk=desk, reason=reason,
        printed_by=staff,
    )  # fmt: skip
    if staff is not None and settings.PAPER_INVOICES.of(current.hospital):
        print_on_paper(
            copy, staff=staff, paper_code=paper_code, paper_no=paper_no, copy_returned=copy_returned
        )
    elif paper_code or paper_no:
        raise InvalidValue(field="paper_no" if paper_no else "paper_code", expected=errors.PAPER_OFF)
    return copy


def _desk_of(invoice: Invoice, staff: StaffMember | None) -> str:
    """InvalidValue for a clerk without a drawer, who has to say where the printer stands."""
    place = drawers().place_of(hospital_id=invoice.hospital_id, staff_id=staff.pk) if staff else ""
    if not place:
        raise InvalidValue(field="desk", expected=REQUIRED)
    return place


@transaction.atomic
def keep_e_receipt(bill: Bill, *, code: str, number: str, check_code: str) -> Invoice:
    """HIS has made the e-receipt of a paid bill: kept with its invoice, which is issued if there is none.

    The same again changes nothing; another one, or one of another bill, is DuplicateValue. StateConflict (not paid).
    """
    receipt = {"e_code": code, "e_number": number, "e_check_code": check_code}
    valid = Invoice.objects.filter(bill=bill, reversed_at=None).first() or issue_invoice(bill)
    invoice = lock_one(Invoice.objects.all(), pk=valid.pk)
    known = {name: getattr(invoice, name) for name in receipt}
    if known == receipt:
        return invoice
    if invoice.e_number:
        raise DuplicateValue(field="number")
    try:
        with transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**receipt, updated_at=clock.now())
    except IntegrityError as error:
        raise DuplicateValue(field="number") from error
    invoice.e_code, invoice.e_number, invoice.e_check_code = code, number, check_code
    return invoice
