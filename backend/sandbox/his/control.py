"""Control API of the HIS stand-in: what its doctors and cashiers do, and what has arrived in its book."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.his.errors import HisFailure
from sandbox.his.records import CANCELLED, OPEN, PAID, Bill, Payment, Refund, Tally
from sandbox.provider import Handler, Routes
from sandbox.wire import BadRequest, Request, Response, reply

if TYPE_CHECKING:
    from sandbox.his.api import His

LIMIT = 1_000
MAX_ITEMS = 200
STATES = (OPEN, PAID, CANCELLED)


def _known(handler: Callable[[Request], Response]) -> Handler:
    def run(request: Request) -> Response:
        try:
            return handler(request)
        except HisFailure as error:
            raise BadRequest(f"{error.code}: {error.text}", error.status) from error

    return run


class HisControl:
    def __init__(self, his: "His") -> None:
        self._his = his
        self._sequence = itertools.count(1)

    def routes(self) -> Routes:
        return {
            ("POST", "/bills"): _known(self._put_bill),
            ("GET", "/bills"): self._bills,
            ("POST", "/bills/state"): _known(self._set_state),
            ("POST", "/refundable"): _known(self._set_refundable),
            ("GET", "/payments"): self._payments,
            ("GET", "/refunds"): self._refunds,
            ("GET", "/totals"): lambda request: reply(self._his.book.totals()),
            ("GET", "/tallies/{hospital_code}/{number}"): self._tally,
            ("POST", "/refusals"): self._refuse,
            ("GET", "/refusals"): lambda request: reply({"items": self._his.refusals.list()}),
            ("DELETE", "/refusals"): self._clear_refusals,
            ("PUT", "/outage"): self._outage,
            ("PUT", "/bill-faults"): self._his.day_bills.faults.put,
        }

    def _put_bill(self, request: Request) -> Response:
        """A doctor orders something; the same open external_id again replaces it."""
        data = request.json()
        items = _items(data.get("items"))
        bill = Bill(
            hospital_code=request.text("hospital_code"),
            number=request.text("external_id", f"HB{next(self._sequence):08d}"),
            mrn=request.text("mrn"),
            kind=request.text("kind", "prescription"),
            amount_fen=sum(item["amount_fen"] for item in items),
            title=request.text("title", items[0]["name"]),
            is_mandatory=data.get("is_mandatory") is True,
            registration_external_id=request.text("registration_external_id", ""),
            registration_bill_no=request.text("registration_bill_no", ""),
            department_code=request.text("department_code", ""),
            employee_no=request.text("employee_no", ""),
            items=items,
        )
        return reply(asdict(self._his.book.put(bill)), 201)

    def _bills(self, request: Request) -> Response:
        with self._his.book.lock:
            bills = list(self._his.book.bills.values())
        return _page([{**asdict(b), "refundable_fen": b.refundable_fen} for b in bills], request)

    def _set_state(self, request: Request) -> Response:
        """The HIS's own window takes the money (paid), or the doctor cancels it."""
        state = request.text("state")
        if state not in STATES:
            raise BadRequest(f"state: one of {', '.join(STATES)}")
        with self._his.book.lock:
            bill = self._found(request)
            if bill.paid_by:
                raise BadRequest(f"paid by {bill.paid_by}: withdraw that", 409)
            bill.state = state
            now = self._his.clock.shanghai().isoformat(timespec="seconds")
            bill.paid_at = now if state == PAID else ""
            return reply(asdict(bill))

    def _set_refundable(self, request: Request) -> Response:
        """Something was dispensed or performed: no more than this may go back. null: all again."""
        amount_fen = request.json().get("refundable_fen")
        if amount_fen is not None and (type(amount_fen) is not int or amount_fen < 0):
            raise BadRequest("refundable_fen: fen, or null")
        with self._his.book.lock:
            bill = self._found(request)
            bill.refundable_set = amount_fen
            return reply({"refundable_fen": bill.refundable_fen})

    def _payments(self, request: Request) -> Response:
        with self._his.book.lock:
            rows = [
                self._with_tally(hospital_code, payment)
                for (hospital_code, _), payment in self._his.book.payments.items()
            ]
        return _page(rows, request)

    def _with_tally(self, hospital_code: str, payment: Payment) -> dict[str, Any]:
        return {
            "hospital_code": hospital_code,
            **{
                name: getattr(payment, name)
                for name in ("order_no", "his_no", "state", "amount_fen", "refunded_fen")
            },
            "request": payment.request,
            **asdict(self._tally_of(hospital_code, payment.order_no)),
        }

    def _refunds(self, request: Request) -> Response:
        with self._his.book.lock:
            rows = [
                {
                    "hospital_code": hospital_code,
                    **_refund(refund),
                    **asdict(self._tally_of(hospital_code, number)),
                }
                for (hospital_code, number), refund in self._his.book.refunds.items()
            ]
        return _page(rows, request)

    def _tally(self, request: Request) -> Response:
        return reply(asdict(self._tally_of(request.params["hospital_code"], request.params["number"])))

    def _tally_of(self, hospital_code: str, number: str) -> Tally:
        return self._his.book.tallies.get((hospital_code, number)) or Tally()

    def _refuse(self, request: Request) -> Response:
        operation = request.text("operation", "payments.post")
        self._his.refusals.add(
            operation, request.text("number"), request.text("code"), request.text("message", "")
        )
        return reply({"items": self._his.refusals.list()}, 201)

    def _clear_refusals(self, request: Request) -> Response:
        self._his.refusals.clear()
        return reply({"items": []})

    def _outage(self, request: Request) -> Response:
        self._his.config.outage = request.json().get("on") is True
        return reply({"outage": self._his.config.outage})

    def _found(self, request: Request) -> Bill:
        external_id = request.text("external_id", "")
        number = external_id or request.text("bill_no")
        return self._his.book.bill(request.text("hospital_code"), number, is_ours=not external_id)


def _refund(refund: Refund) -> dict[str, Any]:
    return {"refund_no": refund.refund_no, "his_no": refund.his_no, **refund.request}


def _page(rows: Iterable[dict[str, Any]], request: Request) -> Response:
    """The newest of the rows whose fields are as the query says."""
    wanted = {name: value for name, value in request.query.items() if name != "limit"}
    found = [row for row in rows if all(str(row.get(name)) == value for name, value in wanted.items())]
    limit = min(int(request.query.get("limit", LIMIT)), LIMIT)
    return reply({"count": len(found), "items": found[-limit:] if limit > 0 else []})


def _items(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 0 < len(given) <= MAX_ITEMS:
        raise BadRequest(f"items: a list of 1 to {MAX_ITEMS}")
    return [_item(item) for item in given]


def _item(given: Any) -> dict[str, Any]:
    """`{category?, code?, name, spec?, unit?, quantity?: "1", unit_price_fen}` with its amount."""
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise BadRequest("items: each has a name")
    price = given.get("unit_price_fen")
    try:
        quantity = Decimal(str(given.get("quantity", "1")))
    except InvalidOperation as error:
        raise BadRequest("quantity: a decimal number") from error
    if type(price) is not int or price <= 0 or not 0 < quantity <= 10_000:
        raise BadRequest("unit_price_fen: fen above 0; quantity: above 0")
    texts = {name: str(given.get(name, "")) for name in ("category", "code", "name", "spec", "unit")}
    amount_fen = int((price * quantity).quantize(Decimal(1), ROUND_HALF_UP))
    return {**texts, "quantity": str(quantity), "unit_price_fen": price, "amount_fen": amount_fen}
