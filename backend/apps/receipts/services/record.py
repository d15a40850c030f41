"""What became of a receipt: each outcome is one transaction, whoever heard it."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.billing.selectors.lookup import bills_of_keys
from apps.receipts.models import EReceipt
from apps.receipts.ports import Numbers
from apps.receipts.services.content import left_fen
from apps.receipts.services.queue import active_account, queue_receipt
from apps.receipts.states import RECEIPTS, ReceiptState
from apps.receipts.work import TROUBLE
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import StateConflict

SUBJECT = "receipts.ereceipt"
MAX_SENDS = 30_000


def sending(receipt: EReceipt, *, lines: list[dict[str, Any]], total_fen: int) -> None:
    """About to be sent: from the commit on the platform may have it."""
    _sent(receipt, lines=lines, amount_fen=total_fen, payer_name=receipt.patient.name)


def sending_again(receipt: EReceipt) -> None:
    """About to be repeated, word for word: the platform may have it already."""
    _sent(receipt)


def _sent(receipt: EReceipt, **content: Any) -> None:
    now = to_millisecond(clock.now())
    RECEIPTS.move(
        receipt, ReceiptState.ISSUING, **content, business_at=receipt.business_at or now, sent_at=now,
        sends=min(receipt.sends + 1, MAX_SENDS), error="", error_text="",
    )  # fmt: skip


def to_millisecond(moment: dt.datetime) -> dt.datetime:
    """As exact as the platforms are: what they are asked by has to be what they were told."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def unknown(receipt: EReceipt, why: str) -> None:
    """It was sent, and nothing is known."""
    RECEIPTS.move(receipt, ReceiptState.UNKNOWN, error=why[:64])


def never_arrived(receipt: EReceipt) -> None:
    """The platform has nothing under its number: it may be sent again, with the same."""
    RECEIPTS.move(receipt, ReceiptState.QUEUED, sent_at=None, error="")


@transaction.atomic
def issued(receipt: EReceipt, numbers: Numbers) -> None:
    """The platform has issued it; with numbers that another receipt has, nobody may be shown it."""
    others = EReceipt.objects.filter(hospital_id=receipt.hospital_id, e_number=numbers.number)
    if others.filter(e_code=numbers.code).exclude(pk=receipt.pk).exists():
        failed(receipt, "number_taken", f"平台返回的票据号码 {numbers.number} 已属于另一张票据", sent=True)
        return
    RECEIPTS.move(receipt, ReceiptState.ISSUED, **_written(numbers), error="", error_text="", checks=0)
    close_item(TROUBLE, subject_id=receipt.pk, outcome="已开具")


def _written(numbers: Numbers) -> dict[str, Any]:
    return {
        "e_code": numbers.code, "e_number": numbers.number, "e_check_code": numbers.check_code,
        "picture_url": numbers.picture_url, "issued_at": clock.now(),
    }  # fmt: skip


@transaction.atomic
def failed(receipt: EReceipt, code: str, text: str, *, sent: bool = False) -> None:
    """It can't be issued as it is: staff mend the cause. `sent`: the platform may have something under its number."""
    RECEIPTS.move(
        receipt, ReceiptState.FAILED, error=code[:64], error_text=text[:200], checks=0,
        sent_at=receipt.sent_at if sent else None, sends=receipt.sends if sent else 0,
    )  # fmt: skip
    trouble(receipt, f"电子票据 {receipt.receipt_no} 开具失败:{text or code}")


def trouble(receipt: EReceipt, title: str) -> None:
    """Somebody has to look at it; once, until it is over."""
    open_item(
        TROUBLE, hospital=receipt.hospital, department_id=receipt.department_id, subject_type=SUBJECT,
        subject_id=receipt.pk, title=title,
    )  # fmt: skip


@transaction.atomic
def dropped(receipt: EReceipt) -> None:
    """Everything went back before it was issued: nothing is left to issue."""
    bill = bills_of_keys([receipt.bill_id]).select_for_update(of=("self",)).get()
    if left_fen(bill):  # a refund was withdrawn meanwhile
        return
    RECEIPTS.move(
        receipt, ReceiptState.FAILED, error="nothing_left", error_text="", ended_at=clock.now(), checks=0
    )
    close_item(TROUBLE, subject_id=receipt.pk, withdrawn=True)


def reversing(receipt: EReceipt) -> dt.datetime:
    """About to be reversed: from now on the platform may have done so. The moment that it is told."""
    at = to_millisecond(clock.now())
    _note(receipt, reversal_sent_at=at, error="", error_text="")
    return at


def stays(receipt: EReceipt) -> None:
    """It was not reversed after all."""
    _note(receipt, reversal_sent_at=None, error="")


@transaction.atomic
def reversal_refused(receipt: EReceipt, code: str, text: str) -> None:
    """The platform does not reverse it: staff mend the cause."""
    _note(receipt, reversal_sent_at=None, error=code[:64], error_text=text[:200], checks=0)
    trouble(receipt, f"电子票据 {receipt.receipt_no} 冲红失败:{text or code}")


@transaction.atomic
def agrees(receipt: EReceipt) -> None:
    """The bill is again what the receipt says: nothing is to be reversed any more."""
    _note(receipt, error="", error_text="", checks=0)
    close_item(TROUBLE, subject_id=receipt.pk, withdrawn=True)


def _note(receipt: EReceipt, **values: Any) -> None:
    """Written only if nobody was first: of two workers one reverses."""
    rows = EReceipt.objects.filter(pk=receipt.pk, version=receipt.version, state=receipt.state)
    if not rows.update(**values, version=F("version") + 1, updated_at=clock.now()):
        raise StateConflict(current=receipt.state)
    receipt.version += 1
    for name, value in values.items():
        setattr(receipt, name, value)


@transaction.atomic
def reversed_whole(receipt: EReceipt, reversal: Numbers, *, numbers: Numbers | None = None) -> None:
    """The platform has reversed it; what is left of the bill is queued in the same transaction.

    `numbers`: its own, where we hear of both at once.
    """
    now = clock.now()
    RECEIPTS.move(
        receipt, ReceiptState.REVERSED, reversal_code=reversal.code, reversal_number=reversal.number,
        reversed_at=receipt.reversal_sent_at or now, ended_at=now, error="", error_text="", checks=0,
        **(_written(numbers) if numbers else {}),
    )  # fmt: skip
    close_item(TROUBLE, subject_id=receipt.pk, outcome="已冲红")
    bill = bills_of_keys([receipt.bill_id]).get()
    if left_fen(bill):
        account = active_account(receipt.hospital_id) or receipt.account
        queue_receipt(bill, account, replaces=receipt)
