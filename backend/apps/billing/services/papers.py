"""纸质票据: the next number of the clerk's range is taken in the transaction that prints on it."""

from uuid import UUID

from django.db import transaction

from apps.billing import errors
from apps.billing.models import BillKind, Invoice, InvoiceKind, InvoicePaper, InvoicePrint, InvoiceRange
from apps.billing.states import PAPERS, RANGES, PaperState, RangeState
from apps.identity.models import StaffMember
from apps.payments.closed_days import on_open_days
from kernel import clock
from kernel.errors import REQUIRED, InvalidValue, PermissionDenied, StateConflict
from kernel.locks import lock_one, lock_rows
from kernel.text import fold_number

_LIVE = (RangeState.DRAWN, RangeState.IN_USE)
MAX_REASON = 200


def print_on_paper(
    copy: InvoicePrint, *, staff: StaffMember, paper_code: str, paper_no: str, copy_returned: bool | None
) -> InvoicePaper:
    """A copy takes the next number; the sheet before it is void. The caller holds the invoice's lock.

    `paper_code`, `paper_no`: what lies in the printer, "" where nobody looked. InvalidValue, NoInvoiceRange,
    InvoiceNumberNotNext.
    """
    before = InvoicePaper.objects.filter(invoice_id=copy.invoice_id, state=PaperState.ISSUED).first()
    if before is not None:
        if copy_returned is None:
            raise InvalidValue(field="copy_returned", expected=REQUIRED)
        _void(before, reason=f"补打:{copy.reason}", copy_returned=copy_returned, by=staff)
    found = _lock_next(staff, copy.invoice)
    _compare(found, paper_code, paper_no)
    return _use(found, staff, invoice_id=copy.invoice_id, copy=copy)


def _lock_next(staff: StaffMember, invoice: Invoice) -> InvoiceRange:
    """The clerk's range in use, else the oldest that was drawn: it is in use from now on. NoInvoiceRange."""
    rows = _lock_live(staff, invoice.hospital_id, _kind_of(invoice))
    if not rows:
        raise errors.NoInvoiceRange
    if rows[0].state == RangeState.DRAWN:
        RANGES.move(rows[0], RangeState.IN_USE)
    return rows[0]


def _kind_of(invoice: Invoice) -> InvoiceKind:
    is_inpatient = invoice.bill.kind == BillKind.INPATIENT_DEPOSIT
    return InvoiceKind.INPATIENT if is_inpatient else InvoiceKind.OUTPATIENT


def _lock_live(staff: StaffMember, hospital_id: UUID, kind: str) -> list[InvoiceRange]:
    """The clerk's ranges that can be printed on there, the one in use first. Always all: locks have one order."""
    rows = lock_rows(
        InvoiceRange.objects.filter(holder=staff, hospital_id=hospital_id, kind=kind, state__in=_LIVE)
    )
    return sorted(rows, key=lambda row: (row.state != RangeState.IN_USE, row.pk))


def _compare(found: InvoiceRange, paper_code: str, paper_no: str) -> None:
    """InvoiceNumberNotNext for a form that is not the next: the zeros in front are part of its number."""
    asked = fold_number(paper_code), fold_number(paper_no)
    if asked[0] not in ("", found.code) or asked[1] not in ("", found.next_no):
        raise errors.InvoiceNumberNotNext(paper_code=found.code, paper_no=found.next_no)


def _use(found: InvoiceRange, staff: StaffMember, **values: object) -> InvoicePaper:
    """Under the range's lock: a rollback gives the number back, so none is ever skipped."""
    number = found.next_number
    made = InvoicePaper.objects.create(
        hospital_id=found.hospital_id, range=found, number=number, paper_no=found.shown(number), issued_by=staff,
        issued_at=clock.now(), **values,
    )  # fmt: skip
    found.next_number, found.version = number + 1, found.version + 1
    found.updated_at = clock.now()
    found.save(update_fields=["next_number", "version", "updated_at"])
    if found.next_number > found.last_number:
        RANGES.move(found, RangeState.USED_UP)
    return made


@on_open_days()
@transaction.atomic
def spoil_next(row: InvoiceRange, *, reason: str, copy_returned: bool, by: StaffMember) -> InvoicePaper:
    """The next form was spoiled before anything was printed on it. PermissionDenied, StateConflict, DayClosed."""
    if row.holder_id != by.pk:  # never changes
        raise PermissionDenied
    live = _lock_live(by, row.hospital_id, row.kind)
    found = next((each for each in live if each.pk == row.pk), None)
    if found is None:
        row.refresh_from_db()
        raise StateConflict(current=row.state)
    if found.state == RangeState.DRAWN:
        if found != live[0]:
            raise StateConflict(current=found.state)
        RANGES.move(found, RangeState.IN_USE)
    return _use(
        found, by, state=PaperState.VOID, voided_by=by, voided_at=clock.now(), void_reason=reason,
        copy_returned=copy_returned,
    )  # fmt: skip


@on_open_days()
@transaction.atomic
def void_paper(paper: InvoicePaper, *, reason: str, copy_returned: bool, by: StaffMember) -> InvoicePaper:
    """作废: the sheet counts no more; its invoice may be printed on another. StateConflict, DayClosed."""
    if paper.invoice_id is not None:
        lock_one(Invoice.objects, pk=paper.invoice_id)
    current = lock_one(InvoicePaper.objects, pk=paper.pk)
    _void(current, reason=reason, copy_returned=copy_returned, by=by)
    return current


def _void(paper: InvoicePaper, *, reason: str, copy_returned: bool, by: StaffMember) -> None:
    PAPERS.move(
        paper, PaperState.VOID, voided_at=clock.now(), voided_by=by, void_reason=reason[:MAX_REASON],
        copy_returned=copy_returned,
    )  # fmt: skip
