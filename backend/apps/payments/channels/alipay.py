"""Alipay (支付宝): mini-program, code, page and app payments, refunds, pushes and the daily bill, by the open gateway.

What is particular: Alipay hears of a trade only when the payer scans the code, or confirms on the page or in the app.
Until then it answers TRADE_NOT_EXIST to a query and to a close alike, and yet the code can still be paid. So the expiry
is always sent as `time_expire`, after which Alipay itself refuses, and `close` says UNPAID of such a trade until that
moment is surely over, and only then NOT_FOUND.
A refund is done when a refund query says REFUND_SUCCESS, not when it is accepted.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import httpx
from cryptography.exceptions import UnsupportedAlgorithm

from apps.payments.channels.alipay_bill import open_bill
from apps.payments.channels.alipay_client import TIMEOUT, AlipayClient
from apps.payments.channels.alipay_codes import (
    BILL_NOT_EXIST,
    NOT_WAITING,
    SELLER_BALANCE_NOT_ENOUGH,
    TRADE_HAS_SUCCESS,
    TRADE_NOT_EXIST,
)
from apps.payments.channels.alipay_notification import parse_push
from apps.payments.channels.alipay_prepay import METHODS, part, prepay
from apps.payments.channels.alipay_results import refund_result, trade_result
from apps.payments.channels.alipay_signing import Signer, Verifier
from apps.payments.channels.base import (
    Acknowledgement,
    BillNotReady,
    ChannelBill,
    ChannelError,
    Notification,
    PermanentChannelError,
    Prepaid,
    PrepayRequest,
    RefundRequest,
    RefundResult,
    RefundState,
    TemporaryChannelError,
    TradeResult,
    TradeState,
)
from apps.payments.channels.registry import ChannelSpec, register
from kernel import clock
from kernel.money import fen_to_yuan

FIELDS = ("gateway", "app_id", "seller_id", "private_key", "alipay_public_key")
#: How long after `time_expire` a payment may still have been on its way, clocks included.
MARGIN = dt.timedelta(minutes=2)
#: A bill is there by nine of the next day; from then on a missing one means that nothing was traded.
BILL_SURELY_THERE = dt.timedelta(days=1, hours=12)
MAX_REASON = 128
_SHAPES = {
    "gateway": re.compile(r"https?://[^?#\s]+"),
    "app_id": re.compile(r"\d{16,32}"),
    "seller_id": re.compile(r"2088\d{12}"),
}


class Alipay:
    """One merchant's. Thread-safe. `now` tells whether a trade or the making of a bill is over.

    Of the configuration, `op_app_id` is the mini-program's where it differs from `app_id`, and `return_url` where the
    payer comes back to from the page unless the request says another.
    """

    code = "alipay"
    methods = frozenset(METHODS)

    def __init__(
        self,
        config: Mapping[str, Any],
        client: AlipayClient,
        verifier: Verifier,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._client, self._verifier, self._now = client, verifier, now
        self._app_id, self._seller_id = config["app_id"], config["seller_id"]
        self._mini_program = config.get("op_app_id") or self._app_id
        self._return_url = config.get("return_url", "")

    def prepay(self, request: PrepayRequest) -> Prepaid:
        """MINI_PROGRAM: `trade_no` for my.tradePay. QR_CODE: `qr_code`. WAP: `url`. APP: `order_string`.

        Of the last two Alipay hears nothing yet: they are signed here. A trade that was paid meanwhile is a temporary
        error whose outcome is unknown: query it.
        """
        try:
            return prepay(self._client, request, self._mini_program, self._return_url)
        except PermanentChannelError as error:
            if error.code == TRADE_HAS_SUCCESS:
                raise TemporaryChannelError(error.code, error.detail, outcome_unknown=True) from error
            raise

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        """NOT_FOUND also of a code that nobody has scanned yet."""
        try:
            reply = self._client.call("alipay.trade.query", {"out_trade_no": out_trade_no})
        except PermanentChannelError as error:
            if error.code == TRADE_NOT_EXIST:
                return TradeResult(TradeState.NOT_FOUND, out_trade_no)
            raise
        with _sensible():
            return trade_result(reply)

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        """UNPAID of a trade that Alipay has not heard of, until two minutes after `expires_at`: see above."""
        try:
            self._client.call("alipay.trade.close", {"out_trade_no": out_trade_no})
        except PermanentChannelError as error:
            if error.code not in (TRADE_NOT_EXIST, *NOT_WAITING):
                raise
            trade = TradeResult(TradeState.NOT_FOUND, out_trade_no)
            if error.code in NOT_WAITING:
                trade = self.query(out_trade_no, started_at=started_at)
            if trade.state is TradeState.NOT_FOUND and self._now() <= expires_at + MARGIN:
                return TradeResult(TradeState.UNPAID, out_trade_no)
            return trade
        return TradeResult(TradeState.CLOSED, out_trade_no)

    def refund(self, request: RefundRequest) -> RefundResult:
        """SUCCEEDED if the query that follows confirms it already, else PROCESSING.

        FAILED only when the merchant's balance is too small: fill it up and send the same number again.
        """
        biz = {
            "out_trade_no": request.out_trade_no,
            "refund_amount": fen_to_yuan(request.amount_fen),
            "out_request_no": request.out_refund_no,
            "refund_reason": request.reason[:MAX_REASON],
        }
        try:
            self._client.call("alipay.trade.refund", biz, notify_url=request.notify_url)
        except PermanentChannelError as error:
            if error.code == SELLER_BALANCE_NOT_ENOUGH:
                return RefundResult(RefundState.FAILED, request.out_refund_no, code=error.code)
            raise
        accepted = RefundResult(RefundState.PROCESSING, request.out_refund_no)
        try:
            result = self.query_refund(request)
        except ChannelError:
            return accepted
        return result if result.state is RefundState.SUCCEEDED else accepted

    def query_refund(self, request: RefundRequest) -> RefundResult:
        """NOT_FOUND unless it has succeeded: Alipay does not tell refused, lost and unfinished ones apart."""
        biz = {
            "out_trade_no": request.out_trade_no,
            "out_request_no": request.out_refund_no,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            reply = self._client.call("alipay.trade.fastpay.refund.query", biz)
        except PermanentChannelError as error:
            if error.code == TRADE_NOT_EXIST:
                return RefundResult(RefundState.NOT_FOUND, request.out_refund_no, code=error.code)
            raise
        with _sensible():
            return refund_result(reply, request.out_refund_no)

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        """Trades and refunds come to the same address; a refund's push is to be confirmed by a query."""
        return parse_push(
            body, verifier=self._verifier, app_id=self._app_id, seller_id=self._seller_id, now=now
        )

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        """The word is all that Alipay looks at; the status is for whoever else reads it."""
        status, body = (200, b"success") if accepted else (400, b"fail")
        return Acknowledgement(status, body, "text/plain")

    def download_bill(self, day: dt.date) -> ChannelBill:
        """The rows raise a ChannelError when the file turns out wrong, at the latest after the last one.

        Alipay makes no bill of a day without trade; a missing one means that from noon of the next day on.
        """
        biz = {"bill_type": "trade", "bill_date": f"{day:%Y-%m-%d}"}
        try:
            reply = self._client.call("alipay.data.dataservice.bill.downloadurl.query", biz)
        except PermanentChannelError as error:
            if not error.code.upper().endswith(BILL_NOT_EXIST):
                raise
            if self._now() < clock.local(day, dt.time()) + BILL_SURELY_THERE:
                raise BillNotReady(error.code, error.detail) from error
            return ChannelBill(day, iter(()), payments_fen=0, refunds_fen=0)
        url = part(reply, "bill_download_url")
        return open_bill(self._client.download(url), seller_id=self._seller_id, day=day)

    def read_bill(self, day: dt.date, file: IO[bytes]) -> ChannelBill:
        """The ZIP as the merchant's pages give it."""
        return open_bill(file, seller_id=self._seller_id, day=day)


@contextmanager
def _sensible() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise TemporaryChannelError("bad_reply", str(error), outcome_unknown=True) from error


def make(
    config: Mapping[str, Any],
    *,
    now: Callable[[], dt.datetime] = clock.now,
    timeout: httpx.Timeout = TIMEOUT,
) -> Alipay:
    """The channel of a merchant; PermanentChannelError `bad_configuration` says what is wrong with it."""
    wrong = ""
    try:
        wrong = "private_key"
        signer = Signer(config["private_key"])
        wrong = "alipay_public_key"
        verifier = Verifier(config["alipay_public_key"])
        if verifier.belongs_to(signer):
            raise ValueError("the application's own, where Alipay's is expected")
        for wrong, shape in _SHAPES.items():
            if not shape.fullmatch(config[wrong]):
                raise ValueError("not of its shape")
    except (KeyError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PermanentChannelError("bad_configuration", f"{wrong}: {error}") from error
    client = AlipayClient(config["gateway"], config["app_id"], signer, verifier, now, timeout)
    return Alipay(config, client, verifier, now)


SPEC = register(
    ChannelSpec(
        code=Alipay.code,
        zh="支付宝",
        en="Alipay",
        build=make,
        fields=FIELDS,
        secrets=("private_key",),
        optional=("op_app_id", "return_url"),
        addresses=("gateway",),
        pages=("return_url",),
        methods=METHODS,
    )
)
