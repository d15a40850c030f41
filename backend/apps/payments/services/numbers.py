"""Numbers of refunds for people."""

from uuid import UUID

from kernel import clock, ids

REFUND_NUMBERS = ids.NumberSeries("payment_refund", "TF")


def new_refund_no(hospital_id: UUID) -> str:
    """The next 退费单号, unique over all hospitals: the series counts per hospital, whose mark ends the number."""
    return f"{REFUND_NUMBERS.next(hospital_id, clock.today())}{hospital_id.hex[-6:].upper()}"
