"""Bills that are paid and refunded, called by workflows inside the transaction that moves the money."""

import datetime as dt
import secrets
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from apps.billing import errors
from apps.billing.events import BillPaid, BillRefunded, BillRefundWithdrawn
from apps.billing.models import Bill, Invoice
from apps.billing.numbers import BILLS as NUMBERS
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.services.announce import event_of
from apps.billing.states import BILLS, BillStatus
from kernel import clock
from kernel.errors import NotFound, StateConflict
from kernel.locks import lock_one, lock_rows
from kernel.outbox.events import publish


@transaction.atomic
def mark_paid(
    amounts: Mapping[UUID, int],
    *,
    hospital_id: UUID,
    paid_at: dt.datetime,
    channel: str,
    order_id: UUID | None = None,
    application: str = "",
    account_id: UUID | None = None,
) -> list[Bill]:
    """Bills (id → what was paid for each, in fen) are paid by `order_id`, all or none; again changes nothing.

    StateConflict when one is no longer issued or has another amount, NotFound when there is none: the money goes back.
    A bill that has expired meanwhile is paid all the same. `account_id` is told of it.
    """
    bills = lock_rows(Bill.objects.filter(hospital_id=hospital_id, pk__in=amounts))
    if len(bills) != len(amounts):
        raise NotFound
    for bill in bills:
        if bill.status == BillStatus.PAID and order_id is not None and bill.order_id == order_id:
            continue
        if amounts[bill.pk] != bill.amount_fen:
            raise StateConflict(bill_id=str(bill.pk), current=bill.status)
        BILLS.move(
            bill,
            BillStatus.PAID,
            field="status",
            paid_at=paid_at,
            channel=channel,
            order_id=order_id,
            application=application,
            voucher_no=f"{bill.bill_no.removeprefix(NUMBERS.prefix)}{secrets.randbelow(10_000):04d}",
        )
        publish(event_of(BillPaid, bill, order_id=order_id, account_id=account_id))
    return bills


@transaction.atomic
def mark_refunded(*, bill_id: UUID, amount_fen: int) -> Bill:
    """That much of a paid bill goes back; its invoice is reversed. Call it once per refund, when that is decided.

    RefundExceedsBill (what was performed stays paid), StateConflict (not paid).
    """
    bill = lock_one(Bill.objects.all(), pk=bill_id)
    if bill.status != BillStatus.PAID:
        raise StateConflict(bill_id=str(bill.pk), current=bill.status)
    refundable = refundable_fen(bill)
    if not 0 < amount_fen <= refundable:
        raise errors.RefundExceedsBill(refundable_fen=refundable)
    refunded, now = bill.refunded_fen + amount_fen, clock.now()
    whole = refunded == bill.amount_fen
    _write_refunded(bill, BillStatus.REFUNDED if whole else BillStatus.PAID, refunded)
    Invoice.objects.filter(bill=bill, reversed_at=None).update(reversed_at=now, updated_at=now)
    publish(event_of(BillRefunded, bill, refunded_fen=amount_fen, is_whole=whole))
    return bill


@transaction.atomic
def withdraw_refund(*, bill_id: UUID, amount_fen: int) -> Bill:
    """A refund that `mark_refunded` has noted does not come about. StateConflict, RefundExceedsBill."""
    bill = lock_one(Bill.objects.all(), pk=bill_id)
    if bill.status not in (BillStatus.PAID, BillStatus.REFUNDED):
        raise StateConflict(bill_id=str(bill.pk), current=bill.status)
    if not 0 < amount_fen <= bill.refunded_fen:
        raise errors.RefundExceedsBill(refundable_fen=bill.refunded_fen)
    _write_refunded(bill, BillStatus.PAID, bill.refunded_fen - amount_fen)
    publish(event_of(BillRefundWithdrawn, bill, refunded_fen=amount_fen))
    return bill


def _write_refunded(bill: Bill, status: BillStatus, refunded_fen: int) -> None:
    if bill.status != status:
        BILLS.move(bill, status, field="status", refunded_fen=refunded_fen)
        return
    bill.status, bill.refunded_fen, bill.version = status, refunded_fen, bill.version + 1
    bill.updated_at = clock.now()
    bill.save(update_fields=["refunded_fen", "version", "updated_at"])
