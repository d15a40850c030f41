"""Control API of the receipt platform: what its book has, and what people there do."""

from typing import TYPE_CHECKING, Any

from sandbox.e_receipts.book import Receipt, ReceiptFailure
from sandbox.provider import Routes
from sandbox.wire import BadRequest, Request, Response, reply

if TYPE_CHECKING:
    from sandbox.e_receipts.api import EReceipts

LIMIT = 1_000


class ReceiptControl:
    def __init__(self, platform: "EReceipts") -> None:
        self._platform = platform

    def routes(self) -> Routes:
        return {
            ("GET", "/account"): self._account,
            ("GET", "/receipts"): self._receipts,
            ("POST", "/reverse"): self._reverse,
            ("POST", "/forget"): self._forget,
        }

    def _account(self, request: Request) -> Response:
        """What the product needs to issue here; the address is the sandbox's own with `/receipts`."""
        config = self._platform.config
        app_id, key = next(iter(config.apps.items()))
        people = {"payee": "收费员", "author": "开票员", "checker": "复核员"}
        named = {
            "app_id": app_id,
            "key": key,
            "place_code": config.place_code,
            "paper_code": config.paper_code,
        }
        return reply(named | people)

    def _receipts(self, request: Request) -> Response:
        rows = [row.shown() for row in list(self._platform.book.receipts.values())]
        wanted = {name: value for name, value in request.query.items() if name != "limit"}
        found = [row for row in rows if all(str(row.get(name)) == value for name, value in wanted.items())]
        return reply({"count": len(found), "items": found[-LIMIT:]})

    def _reverse(self, request: Request) -> Response:
        """Somebody reverses it at the platform."""
        row, at = self._one(request), f"{self._platform.clock.shanghai():%Y%m%d%H%M%S}000"
        app_id = next(iter(self._platform.config.apps))
        try:
            return reply(self._platform.book.reverse(app_id, row.code, row.number, at).shown())
        except ReceiptFailure as failure:
            raise BadRequest(f"{failure.code}: {failure.text}", 409) from failure

    def _forget(self, request: Request) -> Response:
        """The platform loses it."""
        return reply({"forgotten": self._platform.book.forget(request.text("bus_no"))})

    def _one(self, request: Request) -> Receipt:
        number = request.text("bus_no")
        found: Any = next(
            (row for row in self._platform.book.receipts.values() if row.bus_no == number), None
        )
        if found is None:
            raise BadRequest("no such receipt", 404)
        row: Receipt = found
        return row
