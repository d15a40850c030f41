"""Steps of the main journey: a shift in which an order is paid by several tenders, counted and handed over."""

import secrets
from typing import Any

from journey_people import Hospital, Patient
from journey_steps import Clock, Sandbox, Staff, eventually, expect, step

FLOAT = {"yuan_100": 2}
NOTES = ("yuan_100", "yuan_50", "yuan_20", "yuan_10", "yuan_5", "yuan_1", "jiao_5", "jiao_1")
BILL, BY_SLIP, BY_CODE, CASH, TENDERED = 10_000, 4_000, 3_000, 3_000, 5_000


class Desk:
    """People of the money, and a patient who owes some."""

    def __init__(self, base_url: str, sandbox: Sandbox, staff: Staff, clock: Clock) -> None:
        self.base_url, self.sandbox, self.staff, self.clock = base_url, sandbox, staff, clock
        self.hospital = Hospital(staff)
        self.patient = Patient(base_url, sandbox, self.hospital)

    def arrive(self) -> None:
        """The patient, with a card."""
        self.patient.be_filed()
        self.patient.sign_in()
        self.patient.bind()

    def post(self, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A POST with a key of its own."""
        return self.staff.post(who, path, body or {}, key=True)

    def bill(self) -> str:
        """What the patient owes: its id."""
        item = {"name": "心电图", "category": "examination", "quantity": "1", "unit_price_fen": BILL}
        body = {"patient_id": (self.patient.file or {})["id"], "kind": "examination", "items": [item]}
        made: str = self.post("admin", "bills", body)["id"]
        return made

    def order(self) -> str:
        """The payment of such a bill, opened at the window."""
        body = {"patient_id": (self.patient.file or {})["id"], "bill_ids": [self.bill()]}
        made: str = self.post("clerk", "payment-orders", body)["id"]
        return made

    def number(self, order: str) -> str:
        """The newest attempt's number at its provider."""
        found: str = self.staff.get("clerk", f"payment-orders/{order}")["attempts"][-1]["out_trade_no"]
        return found


class Shift:
    """Opened with a float; an order is paid by a slip, a code and cash; counted, handed over, paid in at the bank."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.staff = desk, desk.staff

    def run(self) -> None:
        """From the float to the bank: an order is paid by a slip, a code and cash; counted, handed over."""
        opened = step("the clerk opens a shift with 200.00 of float", self._open_shift)
        path = f"cashier-shifts/{opened['id']}"
        order = step("a bill is written, the clerk opens its payment", self.desk.order)
        step(
            "40.00 by a slip, 30.00 by a code, the rest in cash: posted, with the change",
            lambda: self._tenders(order),
        )
        receipt = self.staff.raw_get("clerk", f"payment-orders/{order}/receipt")
        expect(receipt.content.startswith(b"%PDF"), "a receipt", receipt.text[:200])
        self.desk.post("clerk", f"{path}/start-count")
        shown = step("the count is blind, and is right", lambda: self._count(path))
        expect(shown["difference_fen"] == 0 and shown["is_ready"], "no difference", shown)
        receiver = self.staff.session("clerk_b")["user"]["staff"]["id"]
        self.desk.post("clerk", f"{path}/hand-over", {"receiver_id": receiver})
        step("nobody receives the own cash", lambda: self._not_own(path))
        step("another clerk receives it", lambda: self.desk.post("clerk_b", f"{path}/accept"))
        step("finance takes it to the bank, the head confirms", lambda: self._deposit(opened["id"]))

    def _open_shift(self) -> dict[str, Any]:
        current = self.staff.get("clerk", "cashier-shifts/current")
        expect(current["shift"] is None, "no open shift", current)
        drawers = self.staff.get("clerk", "cash-drawers")["results"]
        body = {**dict.fromkeys(NOTES, 0), **FLOAT, "drawer_id": drawers[0]["id"]}
        opened: dict[str, Any] = self.desk.post("clerk", "cashier-shifts", body)
        return opened

    def _tenders(self, order: str) -> None:
        path = f"payment-orders/{order}"
        slip = {"channel": "pos", "reference": secrets.token_hex(5).upper(), "amount_fen": BY_SLIP}
        held = self.desk.post("clerk", f"{path}/settle", slip)
        expect((held["state"], held["held_fen"]) == ("pending", BY_SLIP), "a slip that is held", held)
        self.desk.post("clerk", f"{path}/show-code", {"channel": "alipay", "amount_fen": BY_CODE})
        number = self.desk.number(order)
        self.desk.sandbox.post("/alipay/scan", {"out_trade_no": number})
        self.desk.sandbox.post("/alipay/pay", {"out_trade_no": number})
        eventually("the code", lambda: self.staff.get("clerk", path)["held_fen"] == BY_SLIP + BY_CODE)
        paid = self.desk.post("clerk", f"{path}/settle", {"channel": "cash", "tendered_fen": TENDERED})
        expect(paid["state"] == "posted", "a posted order", paid)
        cash = next(each for each in paid["attempts"] if each["channel"] == "cash")
        expect((cash["amount_fen"], cash["tendered_fen"]) == (CASH, TENDERED), "the change", cash)

    def _count(self, path: str) -> dict[str, Any]:
        before = self.staff.get("clerk", path)
        expect(before["expected_fen"] is None, "a blind count", before)
        cash = {**dict.fromkeys(NOTES, 0), **FLOAT, "yuan_20": 1, "yuan_10": 1}
        slips = [{"channel": "pos", "counted_fen": BY_SLIP}]
        self.desk.post("clerk", f"{path}/enter-count", {**cash, "tenders": slips})
        shown: dict[str, Any] = self.staff.get("clerk", path)
        return shown

    def _not_own(self, path: str) -> None:
        answer = self.staff.raw_post("clerk", f"{path}/accept")
        expect(answer.status_code in (403, 409), "a refusal", answer.text[:300])

    def _deposit(self, shift: str) -> None:
        body = {
            "shift_ids": [shift], "amount_fen": CASH, "bank_account": "6222000011112222",
            "bag_no": f"B{secrets.randbelow(10**8):08d}",
        }  # fmt: skip
        made = self.desk.post("finance", "bank-deposits", body)
        slip = {"slip_no": f"S{secrets.randbelow(10**8):08d}"}
        done = self.desk.post("finance_head", f"bank-deposits/{made['id']}/confirm", slip)
        expect(done["state"] == "confirmed", "cash at the bank", done)
