"""Bringing a receipt forward: issued once, asked about when nobody knows, reversed when money went back."""

import datetime as dt
from typing import Any
from uuid import UUID

import structlog

from apps.billing.selectors.lookup import bills_of_keys
from apps.billing.types import Bill
from apps.payments.selectors.orders import find
from apps.payments.states import OrderState
from apps.receipts.models import EReceipt
from apps.receipts.ports import PlatformRefused, PlatformUnclear, ReceiptPlatform, Standing
from apps.receipts.services import record
from apps.receipts.services.accounts import platform_of
from apps.receipts.services.content import CannotIssue, key_of, left_fen, lines_of, request_of
from apps.receipts.states import ReceiptState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.faults import fault_point

#: How long a platform may work on what it was sent before its "there is none" counts.
SETTLES = dt.timedelta(minutes=2)
#: Looks without an answer after which people hear of it: about twenty minutes.
PATIENCE = 10
#: Steps of one look: issued, reversed, and what stands between.
STEPS = 4
log = structlog.get_logger(__name__)


def advance_receipt(receipt_id: UUID) -> None:
    """Take the next steps if the receipt is due. Outside transactions: the platform is asked."""
    taken = leases.take(EReceipt, receipt_id)
    if taken is not None:
        _advance(receipt_id, taken.due_at)


def ask_now(receipt_id: UUID) -> None:
    """Take the next steps for somebody who waits for it. Outside transactions.

    A worker that is at it too does no harm: every step is a compare-and-set.
    """
    leases.set_due(EReceipt, receipt_id, clock.now())
    advance_receipt(receipt_id)


def _advance(receipt_id: UUID, lease: dt.datetime | None) -> None:
    problem = ""
    try:
        for _ in range(STEPS):
            receipt = _read(receipt_id)
            before = receipt.version
            _step(receipt)
            if EReceipt.objects.filter(pk=receipt_id, version=before).exists():
                break
    except PlatformUnclear as failure:
        problem = str(failure)
        log.warning("receipt_not_answered", receipt_id=str(receipt_id), reason=problem)
    except StateConflict:
        log.info("receipt_moved_meanwhile", receipt_id=str(receipt_id))
    _look_again(receipt_id, lease, problem)


def _read(receipt_id: UUID) -> EReceipt:
    joined = ("account__hospital", "hospital", "patient", "department", "replaces")
    return EReceipt.objects.select_related(*joined).get(pk=receipt_id)


def _step(receipt: EReceipt) -> None:
    if receipt.ended_at is not None or receipt.state == ReceiptState.FAILED:
        return
    bill = bills_of_keys([receipt.bill_id]).get()
    platform = platform_of(receipt.account)
    if receipt.state == ReceiptState.QUEUED:
        _issue(receipt, bill, platform)
    elif receipt.state == ReceiptState.ISSUED:
        _reverse(receipt, bill, platform)
    else:
        _ask(receipt, platform)


def _issue(receipt: EReceipt, bill: Bill, platform: ReceiptPlatform) -> None:
    if not _written_down(receipt, bill):
        return
    fault_point("receipt.sending")
    try:
        numbers = platform.issue(request_of(receipt, bill))
    except PlatformRefused as refusal:
        _refused(receipt, platform, refusal)
        return
    except PlatformUnclear as failure:
        record.unknown(receipt, str(failure))
        raise
    fault_point("receipt.issued")
    record.issued(receipt, numbers)


def _written_down(receipt: EReceipt, bill: Bill) -> bool:
    """What is about to be sent: as it was sent before, whatever has happened to the bill since; what went back is
    reversed once it is issued."""
    if receipt.sends:
        record.sending_again(receipt)
        return True
    left = left_fen(bill)
    if not left:
        record.dropped(receipt)
        return False
    if not _is_posted(bill):
        return False
    try:
        lines = lines_of(bill, left, receipt.account.charge_codes)
    except CannotIssue as cause:
        record.failed(receipt, cause.code, cause.text)
        return False
    record.sending(receipt, lines=lines, total_fen=left)
    return True


def _is_posted(bill: Bill) -> bool:
    order = find(bill.order_id) if bill.order_id else None
    return order is not None and order.state == OrderState.POSTED


def _refused(receipt: EReceipt, platform: ReceiptPlatform, refusal: PlatformRefused) -> None:
    """A refusal may mean that an earlier one was taken, or be wrong: that is asked before anybody believes it."""
    record.unknown(receipt, refusal.code)
    found = _queried(receipt, platform)
    if found is not None:
        _found(receipt, found)
    else:
        record.failed(receipt, refusal.code, refusal.text)


def _queried(receipt: EReceipt, platform: ReceiptPlatform) -> Standing | None:
    try:
        return platform.query(key_of(receipt))
    except PlatformRefused as refusal:
        raise PlatformUnclear(refusal.code) from refusal


def _ask(receipt: EReceipt, platform: ReceiptPlatform) -> None:
    if receipt.state == ReceiptState.ISSUING:  # its worker is gone
        record.unknown(receipt, "worker_lost")
    found = _queried(receipt, platform)
    if found is not None:
        _found(receipt, found)
    elif receipt.sent_at is None or clock.now() - receipt.sent_at >= SETTLES:
        record.never_arrived(receipt)


def _found(receipt: EReceipt, found: Standing) -> None:
    """The platform has it. Another total than ours is nothing that may be shown to anybody."""
    if found.reversal is not None:
        record.reversed_whole(receipt, found.reversal, numbers=found.numbers)
    elif found.total_fen != receipt.amount_fen:
        text = f"平台票据 {found.numbers.number} 金额 {found.total_fen} 分,应为 {receipt.amount_fen} 分"
        record.failed(receipt, "amount_differs", text, sent=True)
    else:
        record.issued(receipt, found.numbers)


def _reverse(receipt: EReceipt, bill: Bill, platform: ReceiptPlatform) -> None:
    """Where the bill is no more what the receipt says, it is reversed whole; its rest follows by `reversed_whole`."""
    key = key_of(receipt)
    if receipt.reversal_sent_at is not None:
        _ask_of_reversal(receipt, platform)
        return
    if left_fen(bill) == receipt.amount_fen:
        if receipt.error:
            record.agrees(receipt)
        return
    if receipt.error:  # refused before: staff say when to try again
        return
    at = record.reversing(receipt)
    fault_point("receipt.reversing")
    try:
        numbers = platform.reverse(key, at=at, reason="退费")
    except PlatformRefused as refusal:  # because it is reversed already, perhaps
        found = _queried(receipt, platform)
        if found is not None and found.reversal is not None:
            record.reversed_whole(receipt, found.reversal)
        else:
            record.reversal_refused(receipt, refusal.code, refusal.text)
        return
    fault_point("receipt.reversed")
    record.reversed_whole(receipt, numbers)


def _ask_of_reversal(receipt: EReceipt, platform: ReceiptPlatform) -> None:
    found = _queried(receipt, platform)
    if found is None:
        raise PlatformUnclear("receipt_gone")
    if found.reversal is not None:
        record.reversed_whole(receipt, found.reversal)
    elif receipt.reversal_sent_at and clock.now() - receipt.reversal_sent_at >= SETTLES:
        record.stays(receipt)


def _look_again(receipt_id: UUID, lease: dt.datetime | None, problem: str) -> None:
    """When to look next. What was made due meanwhile stays so: it may be about something new."""
    receipt = _read(receipt_id)
    waits = _waits(receipt)
    changes: dict[str, Any] = {"due_at": leases.later(receipt.checks) if waits else None}
    if waits:
        changes |= {"checks": min(receipt.checks + 1, 30_000)}
        if (
            problem and receipt.state != ReceiptState.ISSUED
        ):  # there an error means that a reversal was refused
            changes |= {"error": problem[:64]}
        if receipt.checks == PATIENCE:
            record.trouble(
                receipt, f"电子票据 {receipt.receipt_no} 长时间无法确认:{problem or receipt.error}"
            )
    EReceipt.objects.filter(pk=receipt_id, due_at=lease).update(**changes)


def _waits(receipt: EReceipt) -> bool:
    if receipt.ended_at is not None or receipt.state == ReceiptState.FAILED:
        return False
    if receipt.state != ReceiptState.ISSUED:
        return True
    if receipt.reversal_sent_at is not None:
        return True
    bill = bills_of_keys([receipt.bill_id]).get()
    return not receipt.error and left_fen(bill) != receipt.amount_fen
