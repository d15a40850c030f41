"""Steps of the main journey: a registration and a bill paid online, refunds, and a payment that comes too late."""

import datetime as dt
import secrets
from functools import partial
from typing import Any

from journey_people import Hospital, Patient
from journey_steps import Clock, Failed, Sandbox, Staff, answered, eventually, expect, step

PAID, REFUNDED, RETURNED = "bill_paid", "refund_succeeded", "payment_returned"
FIELDS = ("timeStamp", "nonceStr", "package", "signType", "paySign")
FEE = 1_500


class Paying:
    """Patients and a session of its own, so that it can be repeated."""

    def __init__(self, base_url: str, sandbox: Sandbox, staff: Staff, clock: Clock) -> None:
        self.sandbox, self.staff, self.clock, self.hospital = sandbox, staff, clock, Hospital(staff)
        self.people = [Patient(base_url, sandbox, self.hospital) for _ in range(2)]

    def run(self) -> None:
        """All of it."""
        self.staff.signed_in.clear()
        for person in self.people:
            step("a patient is filed, signs in and binds a card", partial(self._arrive, person))
        self.registration()
        self.outpatient_bill()
        self.own_refund()
        self.window_refund()
        self.late_payment()
        step("every fen is accounted for", self._trial_balance)

    def _arrive(self, person: Patient) -> None:
        person.be_filed()
        person.sign_in()
        person.bind()
        person.accept_messages(PAID, REFUNDED, RETURNED)

    def registration(self) -> None:
        """Hold → checkout → the five fields → the phone pays → posted."""
        patient = self.people[0]
        department = patient.department(self.hospital.doctor["department"])
        patient.doctor(department, self.clock.today(), self.hospital.doctor["name"])
        slot = patient.free_slot(patient.session_on(self.clock.today())["id"])
        self.held = step("a number of today is held", lambda: patient.book(slot, "same_day"))
        expect(self.held["state"] == "pending", "a hold", self.held)
        self.order = step("check out", lambda: self._checkout(patient, self.held["id"]))
        expect(self.order["amount_fen"] == self.held["fee_fen"] > 0, "the fee", self.order)
        step(
            "pay in WeChat with the five fields of wx.requestPayment",
            lambda: self._pay(patient, self.order["id"]),
        )
        step("the order is posted", lambda: self._state(patient, self.order["id"], "posted"))
        expect(patient.state(self.held["id"]) == "booked", "a number of one's own")
        step("WeChat shows the voucher", lambda: eventually("a message", lambda: patient.messages(PAID)))

    def outpatient_bill(self) -> None:
        """The doctor orders an examination and drugs; both are paid at once."""
        patient = self.people[0]
        registration = self._bills(patient, status="paid")[0]
        items = {
            "examination": [{"name": "心电图", "category": "examination", "quantity": "1", "unit_price_fen": 3_000}],
            "prescription": [{"name": "阿司匹林肠溶片", "category": "western_medicine", "unit": "盒",
                              "quantity": "2", "unit_price_fen": 1_250}],
        }  # fmt: skip
        for kind, charged in items.items():
            body = {
                "patient_id": self.held["patient_id"], "kind": kind, "items": charged,
                "registration_bill_id": registration["id"],
            }  # fmt: skip
            step(
                f"the doctor orders: {charged[0]['name']}",
                partial(self.staff.post, "doctor_a", "bills", body, key=True),
            )
        bills = step("the patient sees what is to be paid", lambda: self._payable(patient, 2))
        detail = patient.get(f"bills/{bills[0]['id']}")
        expect(detail["items"] and detail["items"][0]["unit_price_fen"], "items with prices", detail)
        keys = [bill["id"] for bill in bills]
        self.outpatient = step("both are paid at once", lambda: self._open(patient, keys))
        expect(self.outpatient["amount_fen"] == 5_500, "the sum", self.outpatient)
        step("pay in Alipay by a code", lambda: self._pay_by_code(patient, self.outpatient["id"]))
        step("the order is posted", lambda: self._state(patient, self.outpatient["id"], "posted"))
        voucher = patient.get(f"bills/{keys[0]}/voucher")
        expect(voucher["voucher_no"], "a voucher", voucher)
        self.bills = bills
        step("each bill gets its e-receipt, and the patient opens it", lambda: self._receipts(patient, keys))

    def _receipts(self, patient: Patient, bill_ids: list[str]) -> None:
        def issued() -> list[Any]:
            rows = patient.get("e-receipts")["results"]
            found = [row for row in rows if row["bill_id"] in bill_ids and row["state"] == "issued"]
            return found if len(found) == len(bill_ids) else []

        receipt = patient.get(f"e-receipts/{eventually('the e-receipts', issued, 90)[0]['id']}")
        expect(receipt["e_number"] and receipt["qr_picture_url"], "a number and a QR code", receipt)

    def own_refund(self) -> None:
        """What was not performed goes back by the way it came; what was dispensed does not."""
        patient, order = self.people[0], self.outpatient["id"]
        drugs = next(bill for bill in self.bills if bill["kind"] == "prescription")
        item = patient.get(f"bills/{drugs['id']}")["items"][0]["id"]
        step(
            "the pharmacy dispenses",
            lambda: self.staff.post("admin", f"bill-items/{item}/perform", {}, key=True),
        )
        asked = step("the patient asks for the money back", lambda: self._ask_back(patient, order))
        expect(asked["amount_fen"] == 3_000, "what was not performed", asked)
        step(
            "Alipay gives back what was not performed",
            lambda: eventually(
                "done", lambda: patient.get(f"refund-requests/{asked['id']}")["state"] == "done", 90
            ),
        )
        step("WeChat says so", lambda: eventually("a message", lambda: patient.messages(REFUNDED)))

    def window_refund(self) -> None:
        """The registration is cancelled at the window: reprint, the doctor's approval, cash."""
        appointment = self.held["id"]
        cancelled = step("the clerk cancels the registration", lambda: self._cancel(appointment))
        expect(cancelled["payment_status"] == "refund_due", "a refund that is due", cancelled)
        bill = self.staff.get("clerk", f"payment-orders/{self.order['id']}")["lines"][0]["subject_id"]
        invoice = step("the invoice is issued and printed", lambda: self._invoice(bill))
        body = {"order_id": self.order["id"], "bills": [{"bill_id": bill}], "reason": "退号"}
        asked = step(
            "the clerk asks for the refund",
            lambda: self.staff.post("clerk", "refund-requests", body, key=True),
        )
        path = f"refund-requests/{asked['id']}"
        step(
            "without approval nothing moves",
            lambda: self._refused("clerk", f"{path}/execute", "refund_needs_approval"),
        )
        step("the doctor approves", lambda: self.staff.post("doctor_a", f"{path}/approve", {}))
        step(
            "without a reprint nothing moves",
            lambda: self._refused("clerk", f"{path}/execute", "invoice_reprint_required"),
        )
        step("the invoice is printed again", lambda: self._print(invoice, "退费"))
        step("the clerk pays the money out", lambda: self.staff.post("clerk", f"{path}/execute", key=True))
        step(
            "the refund is done",
            lambda: eventually("done", lambda: self.staff.get("clerk", path)["state"] == "done", 60),
        )
        step(
            "the registration is refunded",
            lambda: eventually("refunded", lambda: self._payment_status(appointment) == "refunded", 60),
        )

    def late_payment(self) -> None:
        """The number is gone when the money comes: it goes back by itself, and the patient is told."""
        patient, other = self.people
        session = step("the administrator opens a session with one number", self._session)
        slot = patient.free_slot(session["id"])
        held = step("the number is held", lambda: patient.book(slot, "same_day"))
        order = self._checkout(patient, held["id"])
        client = self._client(patient, order["id"])
        close = {"faults": [{"kind": "http_error", "operation": "close"}]}
        answered(self.sandbox.http.put("/faults/wechat_pay", json=close))
        try:
            self.clock.set_local_to(self.clock.moment + dt.timedelta(minutes=16))
            self.staff.signed_in.clear()
            step(
                "the hold has lapsed",
                lambda: eventually("a number", lambda: other.remaining(session["id"], slot["id"]), 90),
            )
            body = {
                "patient_id": (other.file or {})["id"],
                "slot_id": slot["id"],
                "kind": "same_day",
                "paid_at_counter": True,
            }
            step(
                "somebody else takes the number",
                lambda: self.staff.post("clerk", "appointments", body, key=True),
            )
            step("the first pays too late", lambda: self._confirm(patient, client))
        finally:
            answered(self.sandbox.http.delete("/faults/wechat_pay"))
        step("the money goes back by itself", lambda: self._state(patient, order["id"], "returned", 150))
        step("WeChat says so", lambda: eventually("a message", lambda: patient.messages(RETURNED)))

    def _session(self) -> dict[str, Any]:
        """One number, later today, of a doctor of another department, at a time that no former run has used."""
        doctor = self.staff.session("doctor_a")["user"]["staff"]["id"]
        [busy, *_] = self.staff.get("admin", "clinic-sessions", practitioner_id=doctor)["results"]
        rows = self.staff.get("admin", "clinic-sessions", hospital_id=busy["hospital_id"], page_size=100)[
            "results"
        ]
        like = next(row for row in rows if row["department_id"] != busy["department_id"])
        for _ in range(20):
            begin = dt.datetime.combine(self.clock.today(), dt.time(19)) + dt.timedelta(
                minutes=secrets.randbelow(280)
            )
            body = {
                "department_id": like["department_id"], "practitioner_id": like["practitioner_id"],
                "date": self.clock.today().isoformat(), "period": "evening", "start_time": f"{begin:%H:%M}",
                "end_time": f"{begin + dt.timedelta(minutes=5):%H:%M}", "slot_minutes": 0,
                "capacity_per_slot": 1, "registration_fee_fen": FEE, "tier": "normal",
            }  # fmt: skip
            made = self.staff.raw_post("admin", "clinic-sessions", body, key=False)
            if made.is_success:
                opened: dict[str, Any] = self.staff.post(
                    "admin", f"clinic-sessions/{made.json()['id']}/publish"
                )
                return opened
        raise Failed(f"expected a free time in the evening: {made.text[:400]}")

    def _post(self, patient: Patient, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return answered(patient.api("POST", path, json=body or {}, headers=headers))

    def _checkout(self, patient: Patient, appointment: str) -> dict[str, Any]:
        order: dict[str, Any] = self._post(patient, f"appointments/{appointment}/checkout")
        return order

    def _open(self, patient: Patient, bills: list[str]) -> dict[str, Any]:
        order: dict[str, Any] = self._post(patient, "payment-orders", {"bill_ids": bills})
        return order

    def _client(
        self, patient: Patient, order: str, channel: str = "wechat_pay", method: str = "mini_program"
    ) -> Any:
        return self._post(patient, f"payment-orders/{order}/pay", {"channel": channel, "method": method})[
            "client"
        ]

    def _pay(self, patient: Patient, order: str) -> None:
        client = self._client(patient, order)
        expect(set(client) == set(FIELDS), "the five fields", client)
        self._confirm(patient, client)

    def _confirm(self, patient: Patient, client: dict[str, str]) -> None:
        """What wx.requestPayment does: WeChat checks the signature, and takes the money."""
        self.sandbox.post("/wechat_pay/request-payment", {**client, "openid": patient.openid})

    def _pay_by_code(self, patient: Patient, order: str) -> None:
        client = self._client(patient, order, "alipay", "qr_code")
        expect(client.get("qr_code"), "a code", client)
        attempt = self.staff.get("clerk", f"payment-orders/{order}")["attempts"][-1]
        self.sandbox.post("/alipay/scan", {"out_trade_no": attempt["out_trade_no"]})
        self.sandbox.post("/alipay/pay", {"out_trade_no": attempt["out_trade_no"]})

    def _state(self, patient: Patient, order: str, wanted: str, seconds: float = 60) -> None:
        eventually(wanted, lambda: patient.get(f"payment-orders/{order}")["state"] == wanted, seconds)

    def _bills(self, patient: Patient, **query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = patient.get("bills", **query)["results"]
        return rows

    def _payable(self, patient: Patient, count: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = patient.get("bills/payable")["bills"]
        expect(len(rows) == count, f"{count} bills", rows)
        return rows

    def _ask_back(self, patient: Patient, order: str) -> dict[str, Any]:
        asked: dict[str, Any] = self._post(patient, f"payment-orders/{order}/refund", {"reason": "不做了"})
        return asked

    def _cancel(self, appointment: str) -> dict[str, Any]:
        cancelled: dict[str, Any] = self.staff.post(
            "clerk", f"appointments/{appointment}/cancel", {"reason": "不来了"}
        )
        return cancelled

    def _payment_status(self, appointment: str) -> str:
        return str(self.staff.get("clerk", f"appointments/{appointment}")["payment_status"])

    def _invoice(self, bill: str) -> str:
        invoice = self.staff.post("clerk", f"bills/{bill}/invoice", key=True)["id"]
        self._print(invoice, "")
        return str(invoice)

    def _print(self, invoice: str, reason: str) -> None:
        body = {"desk": "急诊收费处", "reason": reason}
        self.staff.post("clerk", f"invoices/{invoice}/prints", body, key=True)

    def _refused(self, who: str, path: str, code: str) -> None:
        answer = self.staff.raw_post(who, path)
        expect(answer.json().get("code") == code, code, answer.text)

    def _trial_balance(self) -> None:
        sums = self.staff.get("admin", "ledger/trial-balance")
        expect(sums["debit_fen"] == sums["credit_fen"] > 0, "a ledger that balances", sums)
