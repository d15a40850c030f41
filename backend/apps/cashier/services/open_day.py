"""A shift whose cash nobody has received keeps its day open, however late it is accepted."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from apps.cashier.models import CashierShift
from apps.cashier.states import ShiftState
from apps.payments.day_blockers import BlockerKind, OpenThing
from kernel import clock

_LIVE = (ShiftState.OPEN, ShiftState.COUNTING, ShiftState.HANDED_OVER)


def live_shifts(hospital_id: UUID, day: dt.date) -> Iterator[OpenThing]:
    """Shifts that were opened on that day or before and are not accepted."""
    end = clock.local(day + dt.timedelta(days=1), dt.time())
    rows = CashierShift.objects.filter(hospital_id=hospital_id, state__in=_LIVE, opened_at__lt=end)
    for pk, number, name in (
        rows.order_by("opened_at").values_list("pk", "shift_no", "clerk__name").iterator(50)
    ):
        yield OpenThing(pk, f"{number} {name}")


KIND = BlockerKind(
    "cashier.shift", "班次未接收", "A shift that nobody has received", "cashier.cashiershift", live_shifts
)
