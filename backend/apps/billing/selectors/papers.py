"""Whether every number of a range is accounted for."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q, Window
from django.db.models.functions import Lag

from apps.billing.models import InvoicePaper, InvoicePrint, InvoiceRange
from apps.billing.states import PaperState, RangeState

MAX_NAMED = 100


@dataclass(slots=True)
class Usage:
    """票据使用报告. `missing`: neither issued nor void nor unused, of which there must be none; `out_of_order`: issued
    before the one in front of it. Numbers are as printed, at most 100 each. `not_back_count`: void, or of a reversed
    invoice, and the sheet did not come back. `unused_from`, `unused_to`: "" where nothing is left."""

    issued_count: int = 0
    void_count: int = 0
    spoiled_count: int = 0
    reprint_count: int = 0
    not_back_count: int = 0
    unused_count: int = 0
    unused_from: str = ""
    unused_to: str = ""
    unused_is_returned: bool = False
    missing_count: int = 0
    missing: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)


def usage_of(row: InvoiceRange) -> Usage:
    """Every number of the range from its first to its last."""
    papers = InvoicePaper.objects.filter(range=row)
    void = Q(state=PaperState.VOID)
    reversed_ = Q(state=PaperState.ISSUED, invoice__reversed_at__isnull=False)
    counts = papers.aggregate(
        all=Count("pk"), void=Count("pk", filter=void), spoiled=Count("pk", filter=Q(invoice=None)),
        reprints=Count("pk", filter=Q(copy__copy_no__gt=1)),
        not_back=Count("pk", filter=Q(void, copy_returned=False) | reversed_),
    )  # fmt: skip
    used = row.next_number - row.first_number
    left = row.last_number - row.next_number + 1
    return Usage(
        issued_count=counts["all"] - counts["void"], void_count=counts["void"], spoiled_count=counts["spoiled"],
        reprint_count=counts["reprints"], not_back_count=counts["not_back"], unused_count=left,
        unused_from=row.shown(row.next_number) if left else "", unused_to=row.last_no if left else "",
        unused_is_returned=bool(left) and row.state in (RangeState.RETURNED, RangeState.VERIFIED),
        missing_count=used - counts["all"], missing=_missing(row) if used != counts["all"] else [],
        out_of_order=_out_of_order(row),
    )  # fmt: skip


def _missing(row: InvoiceRange) -> list[str]:
    present = set(InvoicePaper.objects.filter(range=row).values_list("number", flat=True))
    lost = (number for number in range(row.first_number, row.next_number) if number not in present)
    return [row.shown(number) for _, number in zip(range(MAX_NAMED), lost, strict=False)]


def _out_of_order(row: InvoiceRange) -> list[str]:
    before = Window(Lag("issued_at"), order_by=F("number").asc())
    rows = InvoicePaper.objects.filter(range=row).annotate(before=before).filter(issued_at__lt=F("before"))
    return list(rows.order_by("number").values_list("paper_no", flat=True)[:MAX_NAMED])


def paper_of(copy: InvoicePrint) -> dict[str, str]:
    """On which form the copy is printed; blank where the hospital numbers none."""
    found = InvoicePaper.objects.filter(copy=copy).values("range__code", "paper_no").first()
    return {
        "paper_code": found["range__code"] if found else "",
        "paper_no": found["paper_no"] if found else "",
    }
