"""A window with two clerks, a supervisor and drawers, through the product's own API."""

import datetime as dt
from typing import Any
from uuid import uuid4

from apps.billing.services.checkout import open_payment
from apps.cashier.denominations import WORTH
from apps.cashier.models import CashDrawer, CashierShift
from apps.payments.models import AccountKind, PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.ledger import Account, balance
from apps.payments.services.refunds import RefundPart, create_refund
from kernel import clock, leases
from kernel.models import OutboxEvent
from tests.billing.refund_support import configure, handle, price
from tests.billing.support import issue
from tests.payments.support import ROUNDS, STEPS
from tests.scheduling.support import ADMIN, sign_in_for_good
from tests.support.world import World

SHIFTS = f"{ADMIN}/cashier-shifts"
DEPOSITS = f"{ADMIN}/bank-deposits"
#: Members of an answer that would tell what the drawer should hold.
TELLING = ("expected_fen", "difference_fen", "takings_fen", "counted_fen")


def notes(fen: int) -> dict[str, int]:
    """That amount in the fewest notes and coins; ValueError for what no coin makes."""
    found = {}
    for name, worth in sorted(WORTH.items(), key=lambda item: -item[1]):
        found[name], fen = divmod(fen, worth)
    if fen:
        raise ValueError(f"{fen} fen are no coin")
    return found


class Desk:
    """The window of hospital 1: `clerk` and `clerk2` work there, `books` is finance, `cfo` its head."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.drawers: list[CashDrawer] = []
        people = {"clerk2": "clerk", "books": "finance", "cfo": "finance_head", "cfo2": "finance_head"}
        for name, role in people.items():
            world.add_staff(name, role, world.h1, [])
        for number in (1, 2):
            self.drawers.append(
                CashDrawer.objects.create(hospital=world.h1, code=f"Q{number}", name=f"{number} 号窗口")
            )
        sign_in_for_good(world)

    def require_shifts(self) -> None:
        """No cash without one."""
        configure(self.world, **{"cashier.shift_required": True})

    def post(self, who: str, url: str, body: Any = None, *, key: str = "") -> Any:
        """POST as that person."""
        return self.world.client(who).post(url, body or {}, "json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex)

    def open(self, who: str = "clerk", float_fen: int = 20_000, drawer: int = 0) -> CashierShift:
        """That clerk opens a shift."""
        body = {"drawer_id": str(self.drawers[drawer].pk), **notes(float_fen)}
        answer = self.post(who, SHIFTS, body)
        assert answer.status_code == 201, answer.content
        return CashierShift.objects.get(pk=answer.json()["id"])

    def do(self, who: str, shift: CashierShift, verb: str, body: Any = None, *, key: str = "") -> Any:
        """A verb of a shift; the row is read anew."""
        answer = self.post(who, f"{SHIFTS}/{shift.pk}/{verb}", body, key=key)
        shift.refresh_from_db()
        return answer

    def must(self, who: str, shift: CashierShift, verb: str, body: Any = None) -> Any:
        """The same where it has to succeed."""
        answer = self.do(who, shift, verb, body)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def count(self, shift: CashierShift, fen: int, who: str = "clerk") -> Any:
        """The clerk counts so much."""
        if shift.state == "open":
            self.must(who, shift, "start-count")
        return self.must(who, shift, "enter-count", notes(fen))

    def hand_over(self, shift: CashierShift, who: str = "clerk", receiver: str = "books") -> Any:
        """To that person."""
        return self.do(who, shift, "hand-over", {"receiver_id": str(self.world.staff[receiver].pk)})

    def accepted(self, who: str = "clerk", *, takings_fen: int, drawer: int = 0) -> CashierShift:
        """A whole shift with so much of patients' money, received by finance."""
        shift = self.open(who, 10_000, drawer)
        self.take(takings_fen, who)
        self.count(shift, 10_000 + takings_fen, who)
        assert self.hand_over(shift, who).status_code == 200
        self.must("books", shift, "accept")
        return shift

    def order(self, fen: int) -> PaymentOrder:
        """A bill of that amount, waiting to be paid."""
        bill = issue(self.world, price(fen))
        return open_payment(
            hospital=self.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="window"
        )

    def settle(self, order: PaymentOrder, who: str = "clerk", **body: Any) -> Any:
        """That clerk takes its money."""
        return self.post(who, f"{ADMIN}/payment-orders/{order.pk}/settle", {"channel": "cash", **body})

    def take(self, fen: int, who: str = "clerk", **body: Any) -> PaymentOrder:
        """Cash for a bill."""
        order = self.order(fen)
        answer = self.settle(order, who, **body)
        assert (answer.status_code, answer.json()["state"]) == (200, "posted"), answer.content
        order.refresh_from_db()
        return order

    def give_back(self, order: PaymentOrder, fen: int, who: str = "clerk") -> Refund:
        """That clerk pays so much of an order back in cash."""
        refund = create_refund(
            order=order, parts=[RefundPart(order.lines.get().pk, fen)], cause=RefundCause.WINDOW, reason="退药",
            route=RefundRoute.COUNTER_CASH, staff=self.world.staff[who],
        )  # fmt: skip
        hand_out(refund.pk)
        refund.refresh_from_db()
        return refund

    def work(self) -> None:
        """The workers do what is due, until nothing is."""
        for _ in range(ROUNDS):
            due = [(step, pk) for model, step in STEPS for pk in leases.due(model, 100)]
            if not due and not OutboxEvent.objects.filter(published_at=None).exists():
                return
            handle()
            for step, pk in due:
                step(pk)
        raise AssertionError("the workers never come to rest")

    def held(self, kind: AccountKind, owner: str = "") -> int:
        """What an account of the hospital holds."""
        return balance(hospital_id=self.world.h1.pk, account=Account(kind, owner))

    def in_drawer(self, shift: CashierShift) -> int:
        """What the books say is in the shift's drawer."""
        return self.held(AccountKind.CASH_DRAWER, str(shift.pk))


def later(moment: dt.datetime) -> None:
    """The clock stands there from now on."""
    clock.set_source(lambda: moment)
