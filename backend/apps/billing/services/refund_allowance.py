"""How much of which bill may go back: what HIS says, within what was paid and has not gone back (rules.md 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.billing import errors
from apps.billing.models import Bill
from apps.billing.ports import BillKey
from apps.billing.selectors.his import refunds_of
from apps.billing.services.checkout import SUBJECT
from apps.identity.his import his_of
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.selectors.orders import lines_for
from apps.payments.selectors.refunds import active_parts
from apps.payments.types import PaymentOrder, PaymentOrderLine
from kernel.errors import NotFound, ServiceUnavailable


@dataclass(frozen=True, slots=True)
class Allowance:
    """What HIS said may go back of a bill, and which refunds it had been told of by then."""

    his_fen: int
    told: frozenset[UUID]

    def left(self, line: PaymentOrderLine, *, at_his: bool) -> int:
        """What may go back now; true under the lock of the order. Refunds that HIS had not heard of are taken off."""
        paid = line.amount_fen - line.refunded_fen
        if not at_his:
            return max(min(self.his_fen, paid), 0)
        parts = active_parts(line.pk).exclude(refund_id__in=self.told).values_list("amount_fen", flat=True)
        return max(min(self.his_fen - sum(parts), paid), 0)


def bills_in(order: PaymentOrder, wanted: Sequence[UUID] | None = None) -> dict[UUID, Bill]:
    """The bills that `order` has paid, by id in key order; only `wanted` (NotFound if one is not among them)."""
    keys = lines_for(SUBJECT, order.pk).values_list("subject_id", flat=True)
    rows = Bill.objects.select_related("hospital").filter(pk__in=keys, order_id=order.pk)
    bills = {bill.pk: bill for bill in rows.order_by("pk")}
    if wanted is None:
        return bills
    if not set(wanted) <= bills.keys():
        raise NotFound
    return {key: bill for key, bill in bills.items() if key in set(wanted)}


def lines_of(order: PaymentOrder, keys: Sequence[UUID]) -> dict[UUID, PaymentOrderLine]:
    """Lines of the order by the bill they are for; NotFound when one has none."""
    found = lines_for(SUBJECT, order.pk).filter(subject_id__in=keys)
    lines = {line.subject_id: line for line in found}
    if len(lines) != len(set(keys)):
        raise NotFound
    return lines


def ask_his(order: PaymentOrder, bills: Mapping[UUID, Bill]) -> dict[UUID, Allowance]:
    """What HIS says of each bill. Not inside a transaction. ServiceUnavailable, HisRefusedRefund."""
    lines = lines_of(order, list(bills))
    told = {
        key: frozenset(
            active_parts(line.pk)
            .filter(refund__his_notified_at__isnull=False)
            .values_list("refund_id", flat=True)
        )
        for key, line in lines.items()
    }
    try:
        his = refunds_of(order.hospital)
        return {
            key: Allowance(
                his.refundable_fen(BillKey(order.hospital.code, bill.bill_no, bill.external_id)), told[key]
            )
            for key, bill in bills.items()
        }
    except HisUnavailable as error:
        raise ServiceUnavailable(retry_after=5) from error
    except HisRefused as error:
        raise errors.HisRefusedRefund(reason=error.text or error.code) from error


def allowed_of(order: PaymentOrder, allowances: Mapping[UUID, Allowance]) -> dict[UUID, int]:
    """How much of each bill may go back now, in fen."""
    lines = lines_of(order, list(allowances))
    # Where HIS is our own tables, they count a refund from its decision on, and are looked at again under the lock.
    at_his = not his_of(order.hospital).is_embedded
    return {key: allowance.left(lines[key], at_his=at_his) for key, allowance in allowances.items()}
