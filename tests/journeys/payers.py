"""People who pay while programs die around them: they insist as mini-programs do, and time goes by."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.hospital import API, Entry, Hospital, Person
from tests.support.waiting import wait_until

ADMIN = "/api/admin/v1"
#: How a hospital is set up here: an HIS of its own, fees that go back by the way they came, and time enough.
SETTINGS = {
    "his.driver": "http",
    "payment.registration_refund_route": "original",
    "payment.order_minutes": 1_000,
    "payment.give_up_minutes": 1_000,
}
CHANNEL = "wechat_pay"
#: Seconds of the product's time that go by with every second, and how long anything may take.
SPEED, PATIENCE = 60, 240
FEES = """SELECT coalesce(sum(e.amount_fen), 0) FROM payments_ledgerentry e
  JOIN payments_ledgeraccount a ON a.id = e.account_id WHERE a.kind = %s AND a.owner = %s"""
_SIGN_IN = """
from apps.access.models import StaffRole
from apps.identity.models import AuthSession
clerk = StaffRole.objects.filter(role__code="clerk", staff__hospital__code="YH01").first().staff
session, token = AuthSession.objects.create(user=clerk.user)
AuthSession.objects.filter(pk=session.pk).update(expiry=None)
print(token)
"""


class Cashier:
    """The first hospital's payments at the running product, its providers, and its clerk.

    `faults` names the points at which the next process that passes one dies.
    """

    def __init__(self, hospital: Hospital, faults: Path) -> None:
        self.hospital, self.faults = hospital, faults
        self.clerk = hospital.stack.manage("shell", "-v0", "-c", _SIGN_IN).strip().splitlines()[-1]
        self._offset = self._difference()

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """One request until its answer is final: not on silence, 503, or while the first one is in progress."""
        headers = {"Idempotency-Key": key or uuid4().hex}

        def final() -> tuple[int, dict[str, Any]] | None:
            try:
                answer = self.hospital.ask(method, path, token=token, json=body or {}, headers=headers)
                told = answer.json()
            except (httpx.HTTPError, json.JSONDecodeError):
                return None  # the program has died, or is not there yet
            code = told.get("code") if answer.status_code >= 400 else ""
            again = answer.status_code == 503 or code == "request_in_progress"
            return None if again else (answer.status_code, told)

        return wait_until(final, PATIENCE, f"no final answer to {method} {path}", pause=0.3)

    def order(self, order_id: str) -> str:
        """The state of an order."""
        return str(self.sql("SELECT state FROM payments_paymentorder WHERE id = %s", order_id))

    def paid(self, appointment_id: str) -> str:
        """Whether and how the fee of an appointment is paid."""
        return str(
            self.sql("SELECT payment_status FROM scheduling_appointment WHERE id = %s", appointment_id)
        )

    def until(self, condition: Callable[[], bool], otherwise: str) -> None:
        wait_until(condition, PATIENCE, otherwise)

    def sql(self, statement: str, *values: Any) -> Any:
        """The first value."""
        rows = self.hospital.stack.sql(statement, *values)
        return rows[0][0] if rows else None

    def balanced(self) -> None:
        """The provider holds what our books say, what is not posted is nobody's, and the ledger is proven."""
        assert self._difference() == self._offset
        left = """SELECT count(*) FROM payments_paymentorder WHERE due_at IS NOT NULL
            OR state NOT IN ('posted', 'returned', 'closed')"""
        self.until(lambda: self.sql(left) == 0, "orders are left")
        open_refunds = "SELECT count(*) FROM payments_refund WHERE state IN ('created', 'processing')"
        assert self.sql(open_refunds) == 0
        assert self.sql(FEES, "unposted_receipts", "") == 0 == self.sql(FEES, "refunds_payable", "")
        for kind in ("payments", "refunds"):
            told = self.hospital.sandbox("GET", f"/_sandbox/his/{kind}")["items"]
            assert all(row["taken"] <= 1 for row in told), "HIS has taken it twice"
        self.hospital.stack.manage("verify_ledger")

    def _difference(self) -> int:
        book = self.hospital.sandbox("GET", f"/_sandbox/{CHANNEL}/balance")["balance_fen"]
        return int(self.sql(FEES, "clearing", CHANNEL)) - int(book)


class Payer:
    """One person with a number of tomorrow, whose fee is paid in some way."""

    def __init__(self, cashier: Cashier, person: Person, slot: str) -> None:
        self.cashier, self.person = cashier, person
        booked = cashier.hospital.insist(Entry(person, slot), PATIENCE)
        assert booked.status == 201, booked.answers
        self.appointment = str(booked.answers[-1][1]["id"])

    def ask(self, path: str, body: Any = None) -> dict[str, Any]:
        """POST until it is done."""
        status, answer = self.cashier.ask("POST", f"{API}/{path}", body, token=self.person.token)
        assert status < 300, (path, status, answer)
        return answer

    def at_window(self, path: str, body: Any = None) -> dict[str, Any]:
        """The clerk does it, until it is done."""
        status, answer = self.cashier.ask("POST", f"{ADMIN}/{path}", body, token=self.cashier.clerk)
        assert status < 300, (path, status, answer)
        return answer

    def checkout(self) -> str:
        self.order = str(self.ask(f"appointments/{self.appointment}/checkout")["id"])
        return self.order

    def prepay(self) -> None:
        """What wx.requestPayment needs is there."""
        client = self.ask(f"payment-orders/{self.order}/pay", {"channel": CHANNEL})["client"]
        assert client["paySign"], client

    def confirm(self) -> None:
        number = self.cashier.sql(
            "SELECT out_trade_no FROM payments_paymentattempt WHERE order_id = %s AND state = 'open'",
            self.order,
        )
        self.cashier.hospital.sandbox("POST", f"/_sandbox/{CHANNEL}/pay", json={"out_trade_no": number})

    def pay(self) -> None:
        """From the order to the number."""
        self.checkout()
        self.prepay()
        self.confirm()
        self.cashier.until(lambda: self.cashier.order(self.order) == "posted", "it is never posted")
        assert self.cashier.paid(self.appointment) == "paid_online"

    def cancel(self) -> None:
        """From the number back to the money."""
        self.ask(f"appointments/{self.appointment}/cancel")
        self.cashier.until(
            lambda: self.cashier.paid(self.appointment) == "refunded", "the fee never comes back"
        )


@contextmanager
def time_goes_by(cashier: Cashier, *, once_dead: bool) -> Iterator[None]:
    """Leases run out and sweeps come round, much faster than they would; `once_dead`: not before all have died."""
    over = threading.Event()

    def go() -> None:
        while not over.wait(1.0):
            if not (once_dead and cashier.faults.read_text().split()):
                cashier.hospital.stack.move_clock(SPEED)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
