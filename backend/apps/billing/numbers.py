"""Numbers for people, safe inside and outside of transactions."""

from uuid import UUID

from django.db import connection

from kernel import clock
from kernel.ids import NumberSeries

BILLS = NumberSeries("bill", "ZD")
INVOICES = NumberSeries("invoice", "FP")


def next_number(series: NumberSeries, hospital_id: UUID) -> str:
    """The next number of today; call it before rows are locked."""
    today = clock.today()
    if not connection.in_atomic_block:
        return series.next(hospital_id, today)
    # This transaction may roll back: then a block kept by the process would be handed out to another one again.
    serial = series.reserve(hospital_id, today, 1)
    return f"{series.prefix}{today:%y%m%d}{serial:0{series.digits}d}"
