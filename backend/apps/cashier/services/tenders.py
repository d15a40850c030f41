"""What a clerk has taken otherwise than in cash, beside what the slips say: written with the count, and blind as it."""

from collections.abc import Mapping

from apps.cashier.models import CashierShift, ShiftTender
from apps.payments.selectors.takings import OTHERS, takings_of
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import EACH_ONCE, UNKNOWN


def by_channel(given: list[dict[str, object]]) -> dict[str, int]:
    """Channel → fen, of what a count says. InvalidValue for cash, an unknown channel, or one that stands twice."""
    counted: dict[str, int] = {}
    for each in given:
        channel = str(each["channel"])
        if channel not in OTHERS:
            raise InvalidValue(field="tenders", expected=UNKNOWN)
        if channel in counted:
            raise InvalidValue(field="tenders", expected=EACH_ONCE)
        counted[channel] = int(str(each["counted_fen"]))
    return counted


def write_tenders(row: CashierShift, count_no: int, counted: Mapping[str, int]) -> int:
    """The rows of that count, under the shift's lock; by how much the worst of them differs."""
    found = takings_of(row.hospital_id, row.clerk_id, row.opened_at, row.closed_at or clock.now())
    rows = [
        ShiftTender(
            hospital_id=row.hospital_id, shift=row, count_no=count_no, channel=channel,
            expected_count=found[channel].count if channel in found else 0,
            expected_fen=found[channel].fen if channel in found else 0,
            counted_fen=counted.get(channel),
        )
        for channel in OTHERS if channel in found or channel in counted
    ]  # fmt: skip
    for each in rows:
        each.difference_fen = None if each.counted_fen is None else each.counted_fen - each.expected_fen
    ShiftTender.objects.bulk_create(rows)
    return max((abs(each.difference_fen or 0) for each in rows), default=0)


def tenders_of(row: CashierShift) -> list[ShiftTender]:
    """Those of the count that stands, in the order of their channels; none before it."""
    if row.counted_at is None:
        return []
    return list(ShiftTender.objects.filter(shift=row, count_no=row.count_no).order_by("channel"))
