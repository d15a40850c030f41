"""`/his/v1/…`: the interface itself; README.md and docs/his-http.md say what is spoken."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.his.book import HisBook
from sandbox.his.control import HisControl
from sandbox.his.day_bills import DayBills
from sandbox.his.errors import HisFailure
from sandbox.his.fields import body_of, check_lines, text
from sandbox.his.records import Bill
from sandbox.his.refusals import Refusals
from sandbox.his.signature import SignatureChecker
from sandbox.provider import Handler, Routes, apply_settings
from sandbox.wire import Request, Response, reply

OPERATIONS = {
    "/his/v1/payments": "payments.post",
    "/his/v1/refunds": "refunds.post",
}
DAY_BILLS = "/his/v1/day-bills/"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ENDINGS = {"withdraw": "payments.withdraw", "refundable": "bills.refundable", "bills": "patients.bills"}
#: Whose number a bill is asked by: HIS's own, or ours for a bill that we issued.
KINDS = ("external_id", "bill_no")
SHOWN = (
    "kind", "title", "amount_fen", "is_mandatory", "registration_external_id", "registration_bill_no",
    "department_code", "employee_no", "state", "paid_at", "items",
)  # fmt: skip


@dataclass(slots=True)
class HisSettings:
    """`apps`: app id → secret. `outage`: every call answers 503 and does nothing."""

    apps: dict[str, str] = field(default_factory=lambda: {"yihui": "sandbox-his-secret"})
    outage: bool = False


class His:
    name = "his"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.refusals = Refusals()
        self.book = HisBook(
            lambda serial: f"{self.clock.shanghai():%Y%m%d}{serial:08d}",
            lambda: self.clock.shanghai().isoformat(timespec="seconds"),
        )
        self.day_bills = DayBills(self.book)
        self._signatures = SignatureChecker()
        self.reset()

    def reset(self) -> None:
        self.config = HisSettings()
        self.book.reset()
        self.refusals.clear()
        self.day_bills.faults.reset()

    def routes(self) -> Routes:
        return {
            ("POST", "/his/v1/payments"): self._signed(self._post),
            ("POST", "/his/v1/payments/{order_no}/withdraw"): self._signed(self._withdraw),
            ("GET", "/his/v1/bills/{number}/refundable"): self._signed(self._refundable),
            ("POST", "/his/v1/refunds"): self._signed(self._refund),
            ("GET", "/his/v1/patients/{mrn}/bills"): self._signed(self._bills),
            ("GET", "/his/v1/day-bills/{day}"): self._signed(self._day_bill),
        }

    def control_routes(self) -> Routes:
        return HisControl(self).routes()

    def operation(self, request: Request) -> str:
        if request.path.startswith(DAY_BILLS):
            return "day_bills.get"
        return OPERATIONS.get(request.path) or ENDINGS.get(request.path.rpartition("/")[2], "")

    def fault_reply(self, code: str) -> Response:
        return HisFailure(code).response()

    def settings(self) -> dict[str, Any]:
        return asdict(self.config)

    def change_settings(self, changes: dict[str, Any]) -> None:
        apply_settings(self.config, changes)

    def close(self) -> None:
        """Nothing runs in the background."""

    def _signed(self, handler: Callable[[Request], dict[str, Any]]) -> Handler:
        def run(request: Request) -> Response:
            try:
                if self.config.outage:
                    return Response(503, b"<html><body>maintenance</body></html>", "text/html")
                self._signatures.check(request, self.config.apps)
                return reply(handler(request))
            except HisFailure as error:
                return error.response()

        return run

    @contextmanager
    def _counted(self, body: dict[str, Any], number: str) -> Iterator[None]:
        self.book.count(body["hospital_code"], number, "sent")
        try:
            yield
        except HisFailure:
            self.book.count(body["hospital_code"], number, "refused")
            raise

    def _post(self, request: Request) -> dict[str, Any]:
        body = body_of(request)
        for name in ("hospital_code", "order_no", "scene", "mrn", "channel", "paid_at"):
            text(body, name)
        text(body, "transaction_id", empty=True)
        with self._counted(body, body["order_no"]):
            check_lines(body)
            self.refusals.check("payments.post", body["order_no"], body["mrn"])
            payment = self.book.post(body)
        return {"order_no": payment.order_no, "state": payment.state, "his_no": payment.his_no}

    def _withdraw(self, request: Request) -> dict[str, Any]:
        body, order_no = body_of(request), request.params["order_no"]
        hospital_code = text(body, "hospital_code")
        text(body, "reason", empty=True)
        with self._counted(body, order_no):
            self.refusals.check("payments.withdraw", order_no)
            payment = self.book.withdraw(hospital_code, order_no)
        return {"order_no": order_no, "state": payment.state, "his_no": payment.his_no}

    def _refundable(self, request: Request) -> dict[str, Any]:
        hospital_code, kind = text(request.query, "hospital_code"), text(request.query, "kind")
        if kind not in KINDS:
            raise HisFailure("BAD_REQUEST", "kind 格式错误")
        number = request.params["number"]
        self.refusals.check("bills.refundable", number)
        bill = self.book.bill(hospital_code, number, is_ours=kind == "bill_no")
        return {"number": number, "kind": kind, "refundable_fen": bill.refundable_fen}

    def _refund(self, request: Request) -> dict[str, Any]:
        body = body_of(request)
        for name in ("hospital_code", "refund_no", "order_no"):
            text(body, name)
        text(body, "reason", empty=True)
        with self._counted(body, body["refund_no"]):
            check_lines(body)
            self.refusals.check("refunds.post", body["refund_no"], body["order_no"])
            refund = self.book.refund(body)
        return {"refund_no": refund.refund_no, "state": "refunded", "his_no": refund.his_no}

    def _bills(self, request: Request) -> dict[str, Any]:
        hospital_code, mrn = text(request.query, "hospital_code"), request.params["mrn"]
        self.refusals.check("patients.bills", mrn)
        bills = self.book.bills_of(hospital_code, mrn)
        return {"mrn": mrn, "bills": [_shown(bill) for bill in bills]}

    def _day_bill(self, request: Request) -> dict[str, Any]:
        hospital_code, day = text(request.query, "hospital_code"), request.params["day"]
        after = text(request.query, "after", empty=True)
        if not DAY.fullmatch(day):
            raise HisFailure("BAD_REQUEST", "日期格式错误")
        if day >= f"{self.clock.shanghai():%Y-%m-%d}" or self.day_bills.faults.has("not_ready"):
            raise HisFailure("BILL_NOT_READY")
        return self.day_bills.page(hospital_code, day, after)


def _shown(bill: Bill) -> dict[str, Any]:
    return {"external_id": bill.number, **{name: getattr(bill, name) for name in SHOWN}}
