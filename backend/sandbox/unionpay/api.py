"""The paths of gateway.95516.com and filedownload.95516.com that Yihui calls, and their control API."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import SHANGHAI, Clock
from sandbox.provider import Handler, Routes
from sandbox.trading.book import Trade, TradeBook, TradeRefund
from sandbox.trading.later import Later
from sandbox.unionpay import pages
from sandbox.unionpay.bill import BillMaker
from sandbox.unionpay.control import UnionPayControl
from sandbox.unionpay.errors import Refusal, message_for
from sandbox.unionpay.fields import COMMON, ECHOED, moment, needed
from sandbox.unionpay.identity import Identity
from sandbox.unionpay.messages import ENCODING, SIGN_METHOD, VERSION, answer_bytes, is_signed
from sandbox.unionpay.notices import Notices
from sandbox.unionpay.orders import DAY_ENDS, Orders
from sandbox.unionpay.settings import UnionPaySettings
from sandbox.unionpay.transactions import Transaction
from sandbox.wire import Request, Response

PREFIX = "/gateway/api"
FILE_PATH = "/filedownload/"
Fields = dict[str, str]

DAY_SECONDS = 86_400


class UnionPay:
    name = "unionpay"

    def __init__(self, clock: Clock) -> None:
        self.clock, self.identity = clock, Identity()
        self.book = TradeBook(clock, self._number)
        self.book.settled = self._settled
        self.orders = Orders(clock, self.book)
        self.notices = Notices(clock, self.orders, self.identity)
        self._bills, self._later = BillMaker(clock), Later("unionpay-later", clock)
        self.bill_faults = self._bills.faults
        self.config = UnionPaySettings()

    def reset(self) -> None:
        self.config = UnionPaySettings()
        self.bill_faults.reset()
        self._later.reset()
        self.notices.pushes.reset()
        with self.book.lock:
            self.book.reset()
            self.orders.transactions.reset()

    def routes(self) -> Routes:
        back = self._answering({("04", "00"): self._refund, ("31", "00"): self._cancel})
        return {
            ("POST", f"{PREFIX}/frontTransReq.do"): self._front,
            ("POST", pages.PAY_PATH): self._cashier_pay,
            ("POST", f"{PREFIX}/appTransReq.do"): self._answering({("01", "01"): self._app}),
            ("POST", f"{PREFIX}/backTransReq.do"): back,
            ("POST", f"{PREFIX}/queryTrans.do"): self._answering(
                {("00", "00"): self._query, ("00", "02"): self._query}
            ),
            ("POST", FILE_PATH): self._answering({("76", "01"): self._file}),
        }

    def control_routes(self) -> Routes:
        return UnionPayControl(self).routes()

    def operation(self, request: Request) -> str:
        """Such as backTransReq:04/00."""
        fields = request.form()
        path = request.path.strip("/").rpartition("/")[2].removesuffix(".do")
        return f"{path}:{fields.get('txnType', '')}/{fields.get('txnSubType', '')}"

    def fault_reply(self, code: str) -> Response:
        return self._reply({"merId": self.config.mer_id}, code)

    def settings(self) -> dict[str, Any]:
        return asdict(self.config)

    def change_settings(self, changes: dict[str, Any]) -> None:
        self.config.change(changes)

    def close(self) -> None:
        self.notices.pushes.notifier.close()
        self._later.close()

    def notice_of_trade(self, trade: Trade) -> None:
        self._send(self.orders.transactions.of_trade(trade))

    def _settled(self, refund: TradeRefund) -> None:
        self._send(self.orders.transactions.of_refund(refund))

    def _send(self, transaction: Transaction | None) -> None:
        if transaction is not None:
            self.notices.send(transaction, self.config.speed)

    def _number(self, serial: int) -> str:
        return f"95{self.clock.shanghai():%y%m%d%H%M%S}{serial % 10**7:07d}"

    def _answering(self, handlers: Mapping[tuple[str, str], Callable[[Fields], Fields]]) -> Handler:
        def run(request: Request) -> Response:
            fields = {name: value for name, value in request.form().items() if value}
            try:
                self._check(fields)
                handler = handlers.get((fields["txnType"], fields["txnSubType"]))
                if handler is None:
                    raise Refusal("32", "txnType")
                return self._reply(fields, "00", handler(fields))
            except Refusal as refusal:
                return self._reply(fields, refusal.code, detail=refusal.detail)

        return run

    def _check(self, fields: Fields) -> None:
        needed(fields, *COMMON)
        if fields["version"] != VERSION or fields["signMethod"] != SIGN_METHOD:
            raise Refusal("10", "version")
        merchant = self.identity.merchant
        known = fields["certId"] == self.identity.merchant_cert_id
        if not known or not is_signed(fields, merchant.private.public_key()):
            raise Refusal("11")
        if fields["merId"] != self.config.mer_id or fields["accessType"] != "0":
            raise Refusal("31", "merId")
        moment(fields["txnTime"], "txnTime")

    def _reply(
        self, fields: Mapping[str, str], code: str, more: Fields | None = None, detail: str = ""
    ) -> Response:
        told = {"version": VERSION, "encoding": ENCODING, "signMethod": SIGN_METHOD}
        told |= {name: fields[name] for name in ECHOED if fields.get(name)}
        told |= {"respCode": code, "respMsg": message_for(code, detail)} | (more or {})
        return Response(200, answer_bytes(self.notices.signed(told)), pages.HTML)

    def _app(self, fields: Fields) -> Fields:
        return {"tn": self.orders.consume(fields, self.config).reference}

    def _front(self, request: Request) -> Response:
        fields = {name: value for name, value in request.form().items() if value}
        try:
            self._check(fields)
            needed(fields, "frontUrl")
            trade = self.orders.consume(fields, self.config)
        except Refusal as refusal:
            return pages.refused(message_for(refusal.code, refusal.detail))
        return pages.cashier(trade.reference, trade.amount_fen, trade.description)

    def _cashier_pay(self, request: Request) -> Response:
        """The payer presses the button on the page."""
        trade = self.book.references.get(request.form().get("tn", ""))
        if trade is None or not self.book.pay(trade):
            return pages.refused(message_for("35"))
        transaction = self.orders.transactions.of_trade(trade)
        if transaction is None:
            return pages.refused(message_for("34"))
        self._send(transaction)
        return pages.back_to(trade.request.get("frontUrl", ""), self.notices.fields(transaction))

    def _refund(self, fields: Fields) -> Fields:
        return self._given_back(self.orders.refund(fields, self.config))

    def _cancel(self, fields: Fields) -> Fields:
        return self._given_back(self.orders.cancel(fields, self.config))

    def _given_back(self, transaction: Transaction) -> Fields:
        refund = transaction.refund
        if refund is not None and refund.settles_at < math.inf:
            self._later.at(refund.settles_at, lambda: self.book.settle(refund))
        return self.notices.about(transaction)

    def _query(self, fields: Fields) -> Fields:
        found = self.orders.query(fields, self.config)
        return self.notices.about(found) | {
            "origRespCode": found.code,
            "origRespMsg": message_for(found.code),
        }

    def _file(self, fields: Fields) -> Fields:
        needed(fields, "fileType", "settleDate")
        end = self._end_of(fields["settleDate"])
        ready = end + timedelta(hours=24 - DAY_ENDS + self.config.bill_hour)
        with self.book.lock:
            start = (end - timedelta(days=1)).timestamp()
            day, later = end.timestamp(), self._bills.faults.later()
            before = self.orders.transactions.between(start - DAY_SECONDS, start)
            transactions = [t for t in before if t.key[0] in later]
            transactions += [t for t in self.orders.transactions.between(start, day) if t.key[0] not in later]
        if not transactions or self.clock.shanghai() < ready or fields["fileType"] != "00":
            raise Refusal("98")
        return {
            "fileName": f"{self.config.mer_id}_{end:%Y%m%d}.zip",
            "fileContent": self._bills.file_content(end, transactions, self.config),
        }

    def _end_of(self, settle_date: str) -> datetime:
        """The end of the latest settlement day of that MMDD."""
        now = self.clock.shanghai()
        for year in (now.year, now.year - 1):
            try:
                end = datetime.strptime(f"{year}{settle_date}{DAY_ENDS}", "%Y%m%d%H").replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
            if end - timedelta(days=1) <= now:
                return end
        raise Refusal("10", "settleDate")
