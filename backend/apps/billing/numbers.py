"""Numbers for people."""

from uuid import UUID

from kernel import clock
from kernel.ids import NumberSeries

BILLS = NumberSeries("bill", "ZD")
INVOICES = NumberSeries("invoice", "FP")


def next_number(series: NumberSeries, hospital_id: UUID) -> str:
    """The next number of today; call it before rows are locked."""
    return series.next(hospital_id, clock.today())
