"""What is on a receipt: the lines of a bill, less what went back of it, and whose it is."""

from collections.abc import Mapping
from typing import Any

from apps.billing.selectors.bills import items_of
from apps.billing.types import Bill, BillKind, ItemCategory
from apps.patients.models import Patient
from apps.payments.channels.registry import MIXED
from apps.payments.drawers import CASH
from apps.payments.selectors.cash_share import cash_share
from apps.receipts.models import EReceipt
from apps.receipts.ports import IssueRequest, Payer, ReceiptKey, ReceiptKind, ReceiptLine
from kernel import clock
from kernel.words import ENUMS

#: What a medical receipt is issued for. What is paid in advance gets one when it is used up.
KINDS: Mapping[str, ReceiptKind] = {
    BillKind.REGISTRATION: ReceiptKind.REGISTRATION,
    BillKind.EXAMINATION: ReceiptKind.OUTPATIENT,
    BillKind.TEST: ReceiptKind.OUTPATIENT,
    BillKind.PRESCRIPTION: ReceiptKind.OUTPATIENT,
    BillKind.TREATMENT: ReceiptKind.OUTPATIENT,
}


class CannotIssue(Exception):
    """We can't say what is to be on it. `code` and `text`: the cause, for staff."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def left_fen(bill: Bill) -> int:
    """What of a bill is paid and has not gone back: what its receipt is about."""
    return bill.amount_fen - bill.refunded_fen if bill.status == "paid" else 0


def lines_of(bill: Bill, total_fen: int, charge_codes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines of what is left of the bill; CannotIssue.

    A refund is of an amount, not of lines: it is taken off what was not performed, the last line first, then off the
    rest. A line of which a part went back counts once.
    """
    items = items_of(bill.pk)
    back = bill.amount_fen - total_fen
    for item in sorted(items, key=lambda item: (item["performed_at"] is not None, -item["position"])):
        taken = min(back, item["amount_fen"])
        if taken:
            item.update(amount_fen=item["amount_fen"] - taken, quantity="1", spec="", unit="")
        back -= taken
    lines = [_line(item, charge_codes) for item in items if item["amount_fen"]]
    check_sum(lines, total_fen)
    return lines


def check_sum(lines: list[dict[str, Any]], total_fen: int) -> None:
    """CannotIssue unless the lines add up to the total, to the fen."""
    found = sum(line["amount_fen"] for line in lines)
    if found != total_fen:
        raise CannotIssue("lines_differ", f"明细合计 {found} 分,总额 {total_fen} 分")


def _line(item: Mapping[str, Any], charge_codes: Mapping[str, str]) -> dict[str, Any]:
    category = item["category"]
    name = ENUMS[ItemCategory][category].zh
    code = charge_codes.get(category, "")
    if not code:
        raise CannotIssue("charge_code_missing", f"开票账户未设置“{name}”的收费项目编码")
    kept = {key: item[key] for key in ("category", "name", "spec", "unit", "quantity", "amount_fen")}
    return kept | {"charge_code": code, "charge_name": name}


def request_of(receipt: EReceipt, bill: Bill) -> IssueRequest:
    """What the platform is told, from what was written down before."""
    return IssueRequest(
        receipt_no=receipt.receipt_no,
        kind=ReceiptKind(receipt.kind),
        at=receipt.business_at or clock.now(),
        payer=payer_of(receipt.patient),
        department_name=receipt.department.name if receipt.department else "",
        paid_at=bill.paid_at or bill.issued_at,
        total_fen=receipt.amount_fen,
        cash_fen=_cash_fen(bill, receipt.amount_fen),
        lines=tuple(ReceiptLine(**line) for line in receipt.lines),
        replaces=receipt.replaces.e_number if receipt.replaces else "",
    )


def _cash_fen(bill: Bill, total_fen: int) -> int:
    if bill.channel == MIXED and bill.order_id is not None:
        return min(cash_share(bill.order_id, bill.pk), total_fen)
    return total_fen if bill.channel == CASH else 0


def payer_of(patient: Patient) -> Payer:
    """The patient in clear: the platform files the receipt under the identity document."""
    born, today = patient.birth_date, clock.today()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    return Payer(
        name=patient.name, sex=patient.gender, age=age, mrn=patient.mrn, patient_id=str(patient.pk),
        national_id=patient.national_id if patient.id_kind == "resident_id" else "", phone=patient.phone,
    )  # fmt: skip


def key_of(receipt: EReceipt) -> ReceiptKey:
    """What the platform finds it by."""
    return ReceiptKey(
        receipt_no=receipt.receipt_no, at=receipt.business_at or clock.now(), code=receipt.e_code,
        number=receipt.e_number, paper_code=receipt.paper_code if receipt.paper_at else "",
        paper_no=receipt.paper_no if receipt.paper_at else "",
    )  # fmt: skip
