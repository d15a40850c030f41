"""The control API that every payment stand-in offers below /_sandbox/<provider>: see README.md."""

from collections.abc import Callable
from typing import Any

from sandbox.provider import Routes
from sandbox.trading.book import Trade, TradeBook
from sandbox.trading.pushes import Pushes
from sandbox.wire import BadRequest, Request, Response, reply

LIMIT = 1_000
_SHOWN = (
    "out_trade_no", "amount_fen", "state", "transaction_id", "payer", "paid_at", "created_at", "expires_at",
    "description", "notify_url", "reference",
)  # fmt: skip


class TradingControl:
    """`merchant` gives the configuration that a merchant of this stand-in needs; `paid` pushes what was just paid."""

    def __init__(
        self,
        book: TradeBook,
        pushes: Pushes,
        merchant: Callable[[], dict[str, Any]],
        paid: Callable[[Trade], None],
    ) -> None:
        self._book, self._pushes, self._merchant, self._paid = book, pushes, merchant, paid

    def routes(self) -> Routes:
        return {
            ("GET", "/merchant"): lambda request: reply(self._merchant()),
            ("GET", "/balance"): self._balance,
            ("GET", "/trades"): self._trades,
            ("POST", "/pay"): self._pay,
            ("POST", "/push"): self._push,
            ("GET", "/pushes"): self._log,
            ("GET", "/push-faults"): lambda request: reply({"faults": self._pushes.faults()}),
            ("PUT", "/push-faults"): self._put_faults,
        }

    def _balance(self, request: Request) -> Response:
        self._book.settle_due()
        return reply({**self._book.totals(), "pushes_waiting": self._pushes.notifier.waiting()})

    def _trades(self, request: Request) -> Response:
        self._book.settle_due()
        wanted = request.query.get("out_trade_no")
        found = self._book.find(wanted) if wanted else None
        trades = [found] if found else ([] if wanted else list(self._book.trades.values())[-LIMIT:])
        return reply({"count": len(trades), "items": [shown(trade) for trade in trades]})

    def _pay(self, request: Request) -> Response:
        """The payer confirms in the provider's app."""
        trade = self._book.find(request.text("out_trade_no"))
        if trade is None:
            raise BadRequest("no such trade", 404)
        if not self._book.pay(trade, str(request.json().get("payer", ""))):
            raise BadRequest(f"the trade is {trade.state}", 409)
        self._paid(trade)
        return reply(shown(trade))

    def _push(self, request: Request) -> Response:
        """Push a payment once more, as a provider may at any time."""
        trade = self._book.find(request.text("out_trade_no"))
        if trade is None or trade.state != "paid":
            raise BadRequest("no such paid trade", 404)
        self._paid(trade)
        return reply({"pushed": True})

    def _log(self, request: Request) -> Response:
        entries = self._pushes.notifier.log()
        return reply({"count": len(entries), "items": entries[: int(request.query.get("limit", 50))]})

    def _put_faults(self, request: Request) -> Response:
        rules = request.json().get("faults")
        if not isinstance(rules, list):
            raise BadRequest("faults: a list is expected")
        self._pushes.put(rules)
        return reply({"faults": self._pushes.faults()})


def shown(trade: Trade) -> dict[str, Any]:
    """A trade for the control API."""
    values: dict[str, Any] = {name: getattr(trade, name) for name in _SHOWN}
    values["refunds"] = [
        {
            name: getattr(r, name)
            for name in ("out_refund_no", "refund_id", "amount_fen", "state", "succeeded_at")
        }
        for r in trade.refunds
    ]
    return values
