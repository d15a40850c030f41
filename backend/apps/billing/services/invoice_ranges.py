"""票据号段: drawn from finance by a clerk, used up or given back, verified by somebody else."""

from django.db import IntegrityError, transaction

from apps.access.actor import actor_of
from apps.billing import errors
from apps.billing.models import InvoiceRange
from apps.billing.states import RANGES, RangeState
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.identity.states import StaffState
from kernel import clock
from kernel.errors import InvalidValue, PermissionDenied
from kernel.locks import lock_one
from kernel.text import fold_number

MAX_FORMS = 100_000
MAX_DIGITS = 18


def draw_range(
    *, kind: str, code: str, first_no: str, last_no: str, holder: StaffMember, by: StaffMember
) -> InvoiceRange:
    """Finance hands numbered forms to a clerk. InvalidValue, InvoiceRangeOverlaps."""
    digits, first, last = _numbers(first_no, last_no)
    if not _may_hold(holder):
        raise InvalidValue(field="holder_id", expected=errors.HOLDS_RANGES)
    try:
        with transaction.atomic():
            return InvoiceRange.objects.create(
                hospital=holder.hospital, kind=kind, code=fold_number(code), digits=digits, first_number=first,
                last_number=last, next_number=first, holder=holder, drawn_by=by,
            )  # fmt: skip
    except IntegrityError as error:
        if "invoice_range_no_overlap" not in str(error):
            raise
        raise errors.InvoiceRangeOverlaps from error


def _numbers(first_no: str, last_no: str) -> tuple[int, int, int]:
    """How many digits, first and last; zeros in front count as digits."""
    texts = fold_number(first_no), fold_number(last_no)
    for name, text in zip(("first_no", "last_no"), texts, strict=True):
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
            raise InvalidValue(field=name, expected=errors.RANGE_NUMBERS)
    first, last = int(texts[0]), int(texts[1])
    if len(texts[0]) != len(texts[1]) or not 0 <= last - first < MAX_FORMS:
        raise InvalidValue(field="last_no", expected=errors.RANGE_NUMBERS)
    return len(texts[0]), first, last


def _may_hold(holder: StaffMember) -> bool:
    actor = actor_of(holder.user) if holder.user is not None else None
    return holder.status == StaffState.ACTIVE and actor is not None and actor.has("billing.invoice.print")


@transaction.atomic
def return_range(row: InvoiceRange, *, by: StaffMember) -> InvoiceRange:
    """The holder gives back what is left, and the void sheets; the rest may be drawn again. StateConflict."""
    current = _lock(row, by)
    left = current.next_number if current.next_number <= current.last_number else None
    RANGES.move(current, RangeState.RETURNED, returned_at=clock.now(), returned_from=left)
    return current


@transaction.atomic
def verify_range(row: InvoiceRange, *, by: StaffMember) -> InvoiceRange:
    """Somebody else has compared the sheets with what is recorded. VerifierIsHolder, StateConflict."""
    current = lock_one(InvoiceRange.objects, pk=row.pk)
    if by.pk in records_of_persons([current.holder_id]):
        raise errors.VerifierIsHolder
    RANGES.move(current, RangeState.VERIFIED, verified_by=by, verified_at=clock.now())
    return current


def _lock(row: InvoiceRange, by: StaffMember) -> InvoiceRange:
    """Of its holder, or of finance in the place of one who is gone."""
    current = lock_one(InvoiceRange.objects, pk=row.pk)
    actor = actor_of(by.user) if by.user is not None else None
    if current.holder_id != by.pk and not (actor and actor.has("billing.invoice_range.view_all")):
        raise PermissionDenied
    return current
