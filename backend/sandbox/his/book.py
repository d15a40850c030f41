"""The HIS's own book, in memory and bounded: bills in and out, payments and refunds taken once under our numbers."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.his.errors import HisFailure
from sandbox.his.records import OPEN, PAID, POSTED, WITHDRAWN, Bill, Key, Payment, Refund, Tally

KEPT = 100_000
BILLS_SHOWN = 200
V = TypeVar("V")
R = TypeVar("R", Payment, Refund)


class HisBook:
    """Every method is atomic. `number` makes the HIS's own numbers, `now` says the moment.

    HisFailure says why something is not taken.
    """

    def __init__(self, number: Callable[[int], str], now: Callable[[], str] = str) -> None:
        self._number, self._now = number, now
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self._serial = itertools.count(1)
            self.bills: OrderedDict[tuple[str, str, bool], Bill] = OrderedDict()
            self.payments: OrderedDict[Key, Payment] = OrderedDict()
            self.refunds: OrderedDict[Key, Refund] = OrderedDict()
            self.tallies: OrderedDict[Key, Tally] = OrderedDict()

    def count(self, hospital_code: str, number: str, what: str) -> None:
        """Add one to a field of the number's tally."""
        with self.lock:
            key = (hospital_code, number)
            tally = self.tallies.get(key) or _keep(self.tallies, key, Tally())
            setattr(tally, what, getattr(tally, what) + 1)

    def put(self, bill: Bill) -> Bill:
        """A bill arises, or an open one changes."""
        with self.lock:
            key = (bill.hospital_code, bill.number, bill.is_ours)
            known = self.bills.get(key)
            if known and (known.state != OPEN or known.mrn != bill.mrn):
                raise HisFailure("BILL_NOT_OPEN")
            return _keep(self.bills, key, bill)

    def bill(self, hospital_code: str, number: str, *, is_ours: bool = False) -> Bill:
        with self.lock:
            found = self.bills.get((hospital_code, number, is_ours))
            if found is None:
                raise HisFailure("BILL_NOT_FOUND")
            return found

    def bills_of(self, hospital_code: str, mrn: str) -> list[Bill]:
        """The patient's bills of HIS, open or paid at its window; the newest BILLS_SHOWN of them."""
        with self.lock:
            found = (b for b in self.bills.values() if (b.hospital_code, b.mrn) == (hospital_code, mrn))
            return [b for b in found if b.is_shown][-BILLS_SHOWN:]

    def post(self, request: dict[str, Any]) -> Payment:
        """Take a payment: its bills are paid. The same again changes nothing."""
        key = (request["hospital_code"], request["order_no"])
        with self.lock:
            known = self.payments.get(key)
            if known and known.state == WITHDRAWN:
                raise HisFailure("ORDER_WITHDRAWN")
            if known:
                return _same(known, request, "ORDER_CONFLICT")
            bills = [self._payable(request, line) for line in request["lines"]]
            for bill in bills:
                bill.state, bill.paid_by = PAID, request["order_no"]
                _keep(self.bills, (bill.hospital_code, bill.number, bill.is_ours), bill)
            self.count(*key, "taken")
            return _keep(
                self.payments, key, Payment(key[1], self._next("P"), request, bills=bills, at=self._now())
            )

    def withdraw(self, hospital_code: str, order_no: str) -> Payment:
        """Undo a payment, or never take it. Again: the same answer."""
        key = (hospital_code, order_no)
        with self.lock:
            payment = self.payments.get(key)
            if payment is None:
                return _keep(self.payments, key, Payment(order_no, self._next("W"), None, WITHDRAWN))
            if payment.refunded_fen:
                raise HisFailure("ORDER_REFUNDED")
            if payment.state == POSTED:
                payment.state = WITHDRAWN
                self.count(*key, "undone")
                for bill in payment.bills:
                    bill.state, bill.paid_by = OPEN, ""
            return payment

    def refund(self, request: dict[str, Any]) -> Refund:
        """Take a refund of bills of one order. The same again changes nothing."""
        key = (request["hospital_code"], request["refund_no"])
        with self.lock:
            if key in self.refunds:
                return _same(self.refunds[key], request, "REFUND_CONFLICT")
            payment = self.payments.get((key[0], request["order_no"]))
            if payment is None:
                raise HisFailure("ORDER_NOT_FOUND")
            if payment.state == WITHDRAWN:
                raise HisFailure("ORDER_WITHDRAWN")
            parts = [
                (self._refundable(request, payment, line), line["amount_fen"]) for line in request["lines"]
            ]
            for bill, amount_fen in parts:
                bill.refunded_fen += amount_fen
                if bill.refundable_set is not None:
                    bill.refundable_set -= amount_fen
            payment.refunded_fen += request["amount_fen"]
            self.count(*key, "taken")
            return _keep(self.refunds, key, Refund(key[1], self._next("R"), request, self._now()))

    def totals(self) -> dict[str, int]:
        """Money taken, undone and refunded, from the records themselves."""
        with self.lock:
            taken = [p for p in self.payments.values() if p.request]
            return {
                "taken_fen": sum(p.amount_fen for p in taken),
                "withdrawn_fen": sum(p.amount_fen for p in taken if p.state == WITHDRAWN),
                "refunded_fen": sum(int(r.request["amount_fen"]) for r in self.refunds.values()),
            }

    def _payable(self, request: dict[str, Any], line: dict[str, Any]) -> Bill:
        hospital_code, mrn = request["hospital_code"], request["mrn"]
        if not line["external_id"]:
            return self._ours(hospital_code, mrn, line)
        bill = self.bill(hospital_code, line["external_id"])
        if bill.mrn != mrn:
            raise HisFailure("PATIENT_MISMATCH")
        if bill.state != OPEN:
            raise HisFailure("BILL_NOT_OPEN")
        if bill.amount_fen != line["amount_fen"]:
            raise HisFailure("AMOUNT_MISMATCH")
        return bill

    def _ours(self, hospital_code: str, mrn: str, line: dict[str, Any]) -> Bill:
        """A bill that we issued: the HIS first hears of it with its payment."""
        known = self.bills.get((hospital_code, line["bill_no"], True))
        if known and known.state != OPEN:
            raise HisFailure("BILL_NOT_OPEN")
        return Bill(hospital_code, line["bill_no"], mrn, line["kind"], line["amount_fen"], is_ours=True)

    def _refundable(self, request: dict[str, Any], payment: Payment, line: dict[str, Any]) -> Bill:
        number, is_ours = line["external_id"] or line["bill_no"], not line["external_id"]
        bill = self.bill(request["hospital_code"], number, is_ours=is_ours)
        if bill.paid_by != payment.order_no or line["amount_fen"] > bill.refundable_fen:
            raise HisFailure("NOT_REFUNDABLE")
        return bill

    def _next(self, prefix: str) -> str:
        return f"{prefix}{self._number(next(self._serial))}"


def _keep(store: OrderedDict[Any, V], key: Any, value: V) -> V:
    store[key] = value
    while len(store) > KEPT:
        store.popitem(last=False)
    return value


def _same(known: R, request: dict[str, Any], conflict: str) -> R:
    """A repetition: the same money for the same things, whatever else is told differently."""
    first = known.request or {}
    if any(first.get(name) != request[name] for name in ("order_no", "amount_fen", "lines")):
        raise HisFailure(conflict)
    return known
