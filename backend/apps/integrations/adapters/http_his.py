"""The HIS that speaks docs/his-http.md, as other apps ask it (`HisPosting`, `HisRefunds`, `HisBills`)."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from apps.billing.ports import BillKey
from apps.identity.models import Hospital
from apps.integrations.adapters import factory
from apps.integrations.adapters.his_bills import HisBills, read_bills
from apps.integrations.adapters.his_client import HisClient, segment
from apps.integrations.adapters.his_day_bill import read_day_bill
from apps.payments.ports import HisUnavailable, PaymentPosting, PostedLine, Receipt, RefundPosting
from apps.reconciliation.ports import HisDayBill
from kernel.clock import LOCAL

MAX_REASON = 200


class HttpHis:
    """One hospital's. An answer counts only if it names what was asked: a page of a proxy is no receipt."""

    def __init__(self, hospital: Hospital, client: HisClient | None = None) -> None:
        self.hospital = hospital
        self._client = client or factory.client_of(hospital)

    def post_payment(self, posting: PaymentPosting) -> Receipt:
        """See HisPosting. `paid_at` goes out in whole seconds, so that a repetition is the same to the byte."""
        body = {
            "hospital_code": posting.hospital_code,
            "order_no": posting.order_no,
            "scene": posting.scene,
            "mrn": posting.mrn,
            "channel": posting.channel,
            "transaction_id": posting.transaction_id,
            "paid_at": posting.paid_at.astimezone(LOCAL).isoformat(timespec="seconds"),
            "amount_fen": posting.amount_fen,
            "lines": _lines(posting.lines),
        } | _where_given(
            admission_no=posting.admission_no, tenders=[asdict(each) for each in posting.tenders]
        )
        answer = self._client.post("/his/v1/payments", body)
        return _receipt(answer, order_no=posting.order_no, state="posted")

    def withdraw_payment(self, *, hospital_code: str, order_no: str, reason: str) -> Receipt:
        """See HisPosting."""
        body = {"hospital_code": hospital_code, "reason": reason[:MAX_REASON]}
        answer = self._client.post(f"/his/v1/payments/{segment(order_no)}/withdraw", body)
        return _receipt(answer, order_no=order_no, state="withdrawn")

    def refundable_fen(self, bill: BillKey) -> int:
        """See HisRefunds."""
        kind, number = ("external_id", bill.external_id) if bill.external_id else ("bill_no", bill.bill_no)
        query = {"hospital_code": bill.hospital_code, "kind": kind}
        answer = self._client.get(f"/his/v1/bills/{segment(number)}/refundable", query)
        amount_fen = answer.get("refundable_fen")
        if answer.get("number") != number or answer.get("kind") != kind:
            raise HisUnavailable("bad_reply: another bill")
        if type(amount_fen) is not int or amount_fen < 0:
            raise HisUnavailable("bad_reply: refundable_fen")
        return amount_fen

    def post_refund(self, posting: RefundPosting) -> Receipt:
        """See HisPosting."""
        body = {
            "hospital_code": posting.hospital_code,
            "refund_no": posting.refund_no,
            "order_no": posting.order_no,
            "amount_fen": posting.amount_fen,
            "reason": posting.reason[:MAX_REASON],
            "lines": _lines(posting.lines),
        }
        answer = self._client.post("/his/v1/refunds", body)
        return _receipt(answer, refund_no=posting.refund_no, state="refunded")

    def day_bill(self, day: dt.date) -> HisDayBill:
        """See HisBills. The first page is asked for now, the others as the rows are read."""
        return read_day_bill(self._page_of_bill, self.hospital.code, day)

    def _page_of_bill(self, day: dt.date, after: str) -> dict[str, Any]:
        query = {"hospital_code": self.hospital.code} | ({"after": after} if after else {})
        return self._client.get(f"/his/v1/day-bills/{day.isoformat()}", query)

    def bills_of(self, mrn: str, *, seconds: float) -> HisBills:
        """The patient's bills, open or paid at HIS's window, within `seconds`.

        HisRefused `PATIENT_NOT_FOUND` for somebody whom HIS does not know.
        """
        query = {"hospital_code": self.hospital.code}
        answer = self._client.get(f"/his/v1/patients/{segment(mrn)}/bills", query, seconds=seconds)
        rows = answer.get("bills")
        if answer.get("mrn") != mrn or not isinstance(rows, list):
            raise HisUnavailable("bad_reply: not the bills of that patient")
        return read_bills(rows)


def _lines(lines: tuple[PostedLine, ...]) -> list[dict[str, Any]]:
    return [
        {
            "bill_no": line.bill_no,
            "external_id": line.external_id,
            "kind": line.kind,
            "amount_fen": line.amount_fen,
        }
        for line in lines
    ]


def _where_given(**values: Any) -> dict[str, Any]:
    """What older HIS were never told is told only where there is something to tell."""
    return {name: value for name, value in values.items() if value}


def _receipt(answer: dict[str, Any], **expected: str) -> Receipt:
    if any(answer.get(name) != value for name, value in expected.items()):
        raise HisUnavailable(f"bad_reply: not {' '.join(expected)} as asked")
    his_no = answer.get("his_no")
    return Receipt(his_no[:64] if isinstance(his_no, str) else "")
