"""UnionPay (银联) by ACP 5.1.0: the app control (tn) and the payment page, refunds, queries, notices, the daily file.

An order is known by (orderId, txnTime). txnTime is the `started_at` of the attempt or refund: every message about it,
and every repetition, must be given the same.

What is particular: UnionPay cannot close an order. It ends by payTimeout, which is always sent. UnionPay knows nothing
of an order that nobody has paid, so `query` says UNPAID where others say NOT_FOUND; after refunds it still says PAID.
`close` says CLOSED only once the expiry is surely over; UNPAID there means: not closed yet, ask again.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

import httpx

from apps.payments.channels import unionpay_messages as messages
from apps.payments.channels.base import (
    Acknowledgement,
    BillNotReady,
    BillRow,
    ChannelBill,
    InvalidNotification,
    Notification,
    NotSupported,
    PayMethod,
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
from apps.payments.channels.unionpay_client import TIMEOUT, UnionPayClient
from apps.payments.channels.unionpay_codes import (
    BUSY,
    DUPLICATE,
    NO_FILE,
    OURS,
    SUCCESS,
    UNDER_WAY,
    UNKNOWN_TRANSACTION,
    error_for,
)
from apps.payments.channels.unionpay_file import bill_rows, rows_of_file
from apps.payments.channels.unionpay_results import refund_result, trade_result
from apps.payments.channels.unionpay_signing import UNIONPAY, Signer, Verifier
from kernel import clock

#: How long after payTimeout a payment may still have been on its way to UnionPay, clocks included.
MARGIN = dt.timedelta(minutes=2)
#: From then on a missing file means that nothing was traded, not that the file is still being made.
FILE_SURELY_THERE = dt.timedelta(hours=13)
FILE_TIMEOUT = 120.0
SETTLEMENT_DAY_ENDS = dt.time(23)
FIELDS = (
    "gateway", "file_gateway", "mer_id", "sign_key", "sign_cert", "root_certificate", "middle_certificate",
)  # fmt: skip
#: What an accepted refund is: under way.
ACCEPTED = "05"


class UnionPay:
    """One merchant's. Thread-safe. `now` tells whether an order is over and a certificate in force."""

    code = "unionpay"
    methods = frozenset({PayMethod.APP, PayMethod.WAP})

    def __init__(
        self, config: Mapping[str, Any], client: UnionPayClient, now: Callable[[], dt.datetime]
    ) -> None:
        self._api = f"{config['gateway'].rstrip('/')}/gateway/api"
        self._file_url, self._return_url = config["file_gateway"], config.get("return_url", "")
        self._client, self._now, self._mer_id = client, now, config["mer_id"]

    def prepay(self, request: PrepayRequest) -> Prepaid:
        """APP: `tn` for UnionPay's control. WAP: `html`, a page that takes the browser to UnionPay's, at `url`.

        The page is made here: UnionPay hears of the order when it is shown. It leads back to the request's
        `return_url`, else to the merchant's.
        """
        if request.method is PayMethod.APP:
            return self._control(messages.order(request))
        if request.method is not PayMethod.WAP:
            raise NotSupported(request.method)
        back = request.return_url or self._return_url
        if not back:
            raise PermanentChannelError("return_url", "the payment page needs one to come back to")
        url = f"{self._api}/frontTransReq.do"
        signed = self._client.message(messages.order(request) | {"frontUrl": back})
        return Prepaid({"url": url, "html": messages.page(url, signed)})

    def _control(self, fields: Mapping[str, str]) -> Prepaid:
        answer = self._client.send(f"{self._api}/appTransReq.do", fields)
        code, message = answer["respCode"], answer.get("respMsg", "")
        if code == DUPLICATE:  # it is there, and somebody may hold its tn: it must be watched to its end
            raise TemporaryChannelError(code, message, outcome_unknown=True)
        if code not in SUCCESS:
            raise error_for(code, message)
        if not answer.get("tn"):
            raise TemporaryChannelError("bad_reply", "no tn", outcome_unknown=True)
        return Prepaid({"tn": answer["tn"]}, reference=answer["tn"])

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        """PAID or UNPAID, or CLOSED when a late payment goes back by itself."""
        answer, code = self._ask(out_trade_no, started_at)
        return trade_result(answer | {"orderId": out_trade_no}, code)

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        """CLOSED from two minutes after `expires_at` on, unless a payment has come or is still under way."""
        over = self._now() > expires_at + MARGIN
        answer, code = self._ask(out_trade_no, started_at)
        result = trade_result(answer | {"orderId": out_trade_no}, code)
        if over and result.state is TradeState.UNPAID and code not in UNDER_WAY:
            return replace(result, state=TradeState.CLOSED)
        return result

    def refund(self, request: RefundRequest) -> RefundResult:
        """PROCESSING when it is accepted: only `query_refund` and notices say that it succeeded.

        `started_at` is the refund's own and part of its identity: a repetition is told from a second refund by
        UnionPay (code 12), and answered with what became of the first.
        """
        answer = self._client.send(f"{self._api}/backTransReq.do", messages.refund(request))
        code = answer["respCode"]
        if code == DUPLICATE:
            return self.query_refund(request)
        if code in OURS | BUSY:
            raise error_for(code, answer.get("respMsg", ""))
        return refund_result(answer, ACCEPTED if code in SUCCESS else code)

    def query_refund(self, request: RefundRequest) -> RefundResult:
        """NOT_FOUND: send it again, with the same number and `started_at`. After FAILED a new number is needed."""
        answer, code = self._ask(request.out_refund_no, request.started_at)
        if code == UNKNOWN_TRANSACTION:
            return RefundResult(RefundState.NOT_FOUND, request.out_refund_no)
        return refund_result(answer, code)

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        """Always with `confirm`: UnionPay asks to query before money is booked. None for what we did not ask for."""
        fields = self._client.parse_push(body, now)
        code, kind = fields.get("respCode", ""), fields.get("txnType", "")
        key = ":".join([kind, *(fields.get(n, "") for n in ("orderId", "txnTime", "queryId", "respCode"))])
        try:
            if kind == messages.CONSUMPTION and code in SUCCESS:
                return Notification(key, trade=trade_result(fields, code), confirm=True)
            if kind == messages.REFUND:
                return Notification(key, refund=refund_result(fields, code), confirm=True)
        except TemporaryChannelError as error:
            raise InvalidNotification(error.code, error.detail) from error
        return None

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        """HTTP 200 is all that UnionPay looks at; anything else is sent again, five times in all."""
        status, body = (200, b"ok") if accepted else (400, b"fail")
        return Acknowledgement(status, body, "text/plain")

    def download_bill(self, day: dt.date) -> ChannelBill:
        """Of the settlement day, which runs from 23:00 to 23:00, as `starts_at` and `ends_at` say."""
        ends_at = clock.local(day, SETTLEMENT_DAY_ENDS)
        message = messages.file_of(day, self._now())
        answer = self._client.send(self._file_url, message, timeout=FILE_TIMEOUT)
        code, rows = answer["respCode"], _no_rows()
        if code in SUCCESS:
            rows = bill_rows(answer.get("fileContent", ""), day, self._mer_id)
        elif code != NO_FILE:
            raise error_for(code, answer.get("respMsg", ""))
        elif self._now() < ends_at + FILE_SURELY_THERE:
            raise BillNotReady(code, answer.get("respMsg", ""))
        return ChannelBill(day, rows, starts_at=ends_at - dt.timedelta(days=1), ends_at=ends_at)

    def read_bill(self, day: dt.date, file: IO[bytes]) -> ChannelBill:
        """The ZIP of a settlement day, or the text of `fileContent` that it comes in."""
        ends_at = clock.local(day, SETTLEMENT_DAY_ENDS)
        return ChannelBill(
            day,
            rows_of_file(file, day, self._mer_id),
            starts_at=ends_at - dt.timedelta(days=1),
            ends_at=ends_at,
        )

    def _ask(self, number: str, started_at: dt.datetime) -> tuple[dict[str, str], str]:
        """The answer to a query, and what the order came out with: 34 when UnionPay does not know it."""
        answer = self._client.send(f"{self._api}/queryTrans.do", messages.query(number, started_at))
        code = answer["respCode"]
        if code in SUCCESS:
            if not answer.get("origRespCode"):
                raise TemporaryChannelError("bad_reply", "no origRespCode")
            return answer, answer["origRespCode"]
        if code == UNKNOWN_TRANSACTION:
            return answer, code
        raise error_for(code, answer.get("respMsg", ""))


def _no_rows() -> Iterator[BillRow]:
    yield from ()


def make(
    config: Mapping[str, Any],
    *,
    now: Callable[[], dt.datetime] = clock.now,
    timeout: httpx.Timeout = TIMEOUT,
) -> UnionPay:
    """PermanentChannelError `bad_configuration` says what is wrong with it."""
    names = [name.strip() for name in config.get("certificate_names", "").split(",") if name.strip()]
    try:
        for name in ("gateway", "file_gateway"):
            if not config[name].startswith(("https://", "http://")):
                raise ValueError(f"{name} is no address")
        signer = Signer(config["sign_key"], config["sign_cert"])
        chain = config["root_certificate"], config["middle_certificate"]
        client = UnionPayClient(config["mer_id"], signer, Verifier(*chain, names or [UNIONPAY]), now, timeout)
    except (KeyError, ValueError, TypeError) as error:
        raise PermanentChannelError("bad_configuration", str(error)) from error
    return UnionPay(config, client, now)


SPEC = register(
    ChannelSpec(
        code=UnionPay.code,
        zh="银联",
        en="UnionPay",
        build=make,
        fields=FIELDS,
        secrets=("sign_key",),
        optional=("certificate_names", "return_url"),
        addresses=("gateway", "file_gateway"),
        pages=("return_url",),
        methods=(PayMethod.APP, PayMethod.WAP),
    )
)
