"""What is asked of the hospital information system (HIS): its own bill of a day.

Each hospital has a HIS of its own (identity.his). Whoever owns a driver registers what it can do.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from apps.identity.his import Capability


@dataclass(frozen=True, slots=True)
class HisBillRow:
    """`kind`: payment or refund; `is_withdrawn`: it moved no money in the end. `order_no`, `refund_no` are ours."""

    kind: str
    order_no: str
    refund_no: str
    his_no: str
    amount_fen: int
    at: dt.datetime
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class HisDayBill:
    """Rows are read once; while they are, HisUnavailable for a bill that is cut off or makes no sense.

    The sums are of what was not withdrawn.
    """

    rows: Iterator[HisBillRow]
    payments_fen: int
    refunds_fen: int


class HisBills(Protocol):
    """Raises payments.ports.HisUnavailable (try again: nothing is known) or HisRefused and nothing else."""

    def day_bill(self, day: dt.date) -> HisDayBill:
        """What HIS has booked of our payments and refunds that day. HisRefused `BILL_NOT_READY` before it is made."""


DAY_BILL: Capability[HisBills] = Capability("reconciliation.day_bill")
