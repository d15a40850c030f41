"""WeChat Pay, APIv3, in mini-programs, on the published SDK. Importing this module declares the channel."""

import datetime as dt
import re
import secrets
import time
from collections.abc import Mapping
from typing import IO, Any

import orjson

from apps.payments.channels.base import (
    Acknowledgement,
    ChannelBill,
    ChannelError,
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
from apps.payments.channels.wechat_pay_bill import BLOCK, read_bill, trade_bill
from apps.payments.channels.wechat_pay_client import TIMEOUT, WeChatPayClient, segment
from apps.payments.channels.wechat_pay_codes import means
from apps.payments.channels.wechat_pay_config import FIELDS, OPTIONAL, SECRETS, read_config
from apps.payments.channels.wechat_pay_results import (
    Foreign,
    Malformed,
    notified_refund,
    refund_of,
    trade_of,
)
from kernel.clock import LOCAL

ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
_OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_OUT_REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_NO_ORDER = ("ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS")
_NO_REFUND = ("RESOURCE_NOT_EXISTS", "REFUND_NOT_EXISTS")
METHODS = (PayMethod.MINI_PROGRAM, PayMethod.QR_CODE)
#: Bytes, as WeChat Pay counts.
_DESCRIPTION, _REASON, _ATTACH, _URL = 127, 80, 128, 255


class WeChatPayChannel:
    """One merchant's. Thread-safe; asks nothing before the first call. `timeout`: seconds to connect and to wait."""

    code = "wechat_pay"
    methods = frozenset(METHODS)

    def __init__(self, config: Mapping[str, Any], timeout: tuple[float, float] = TIMEOUT) -> None:
        """ValueError when the configuration cannot be right."""
        self._config = read_config(config)
        self._client = WeChatPayClient(self._config, timeout)

    def prepay(self, request: PrepayRequest) -> Prepaid:
        """`client` has the five fields of wx.requestPayment, or a `qr_code` (Native).

        A paid order is a TemporaryChannelError: query it.
        """
        body = self._order(request)
        if request.method is PayMethod.QR_CODE:
            return Prepaid({"qr_code": self._made("native", body, "code_url")})
        prepay_id = self._made("jsapi", body | {"payer": {"openid": request.payer_id}}, "prepay_id")
        stamp, nonce, package = str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        signature = self._client.sign(self._config.appid, stamp, nonce, package)
        fields = {"timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA"}
        return Prepaid({**fields, "paySign": signature}, prepay_id)

    def _made(self, way: str, body: dict[str, Any], name: str) -> str:
        """What WeChat Pay answers under that name."""
        try:
            value = self._client.post(f"{ORDERS}/{way}", body).get(name)
        except PermanentChannelError as error:
            if means(error, "ORDER_PAID"):
                raise TemporaryChannelError(error.code, error.detail, outcome_unknown=True) from error
            raise
        if not isinstance(value, str) or not value:
            raise TemporaryChannelError("bad_reply", f"no {name}", outcome_unknown=True)
        return value

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        number = segment(_checked(out_trade_no, "out_trade_no", _OUT_TRADE_NO))
        try:
            data = self._client.get(f"{ORDERS}/out-trade-no/{number}?mchid={self._config.mchid}")
            result = trade_of(data, self._config)
        except Malformed as error:
            raise TemporaryChannelError("bad_reply", str(error)) from error
        except ChannelError as error:
            if means(error, *_NO_ORDER):
                return TradeResult(TradeState.NOT_FOUND, out_trade_no)
            raise
        if result.out_trade_no != out_trade_no:
            raise TemporaryChannelError("bad_reply", "another order")
        return result

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        """When somebody was faster the order is queried, so that all is known of it."""
        number = segment(_checked(out_trade_no, "out_trade_no", _OUT_TRADE_NO))
        try:
            self._client.post(f"{ORDERS}/out-trade-no/{number}/close", {"mchid": self._config.mchid})
        except ChannelError as error:
            if means(error, "ORDER_PAID"):
                return self.query(out_trade_no, started_at=started_at)
            if means(error, *_NO_ORDER):
                return TradeResult(TradeState.NOT_FOUND, out_trade_no)
            if not means(error, "ORDER_CLOSED"):
                raise
        return TradeResult(TradeState.CLOSED, out_trade_no)

    def refund(self, request: RefundRequest) -> RefundResult:
        """NOT_ENOUGH (the merchant's account is empty) is a TemporaryChannelError: the same number goes later."""
        body = _refund(request)
        try:
            data = self._client.post(REFUNDS, body)
        except PermanentChannelError as error:
            # Said now and then of orders paid minutes ago; the same request succeeds soon after.
            if means(error, *_NO_ORDER):
                raise TemporaryChannelError(error.code, error.detail) from error
            raise
        return _result(data, request, effects=True)

    def query_refund(self, request: RefundRequest) -> RefundResult:
        number = segment(_checked(request.out_refund_no, "out_refund_no", _OUT_REFUND_NO))
        try:
            data = self._client.get(f"{REFUNDS}/{number}")
        except ChannelError as error:
            if means(error, *_NO_REFUND):
                return RefundResult(RefundState.NOT_FOUND, request.out_refund_no)
            raise
        return _result(data, request, effects=False)

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        envelope, plain = self._client.open_notification(headers, body, now)
        key, event = envelope.get("id"), str(envelope.get("event_type"))
        if not isinstance(key, str) or not key:
            raise InvalidNotification("bad_body", "id")
        try:
            if event == "TRANSACTION.SUCCESS":
                return Notification(key, trade=trade_of(plain, self._config))
            if event.startswith("REFUND."):
                return Notification(key, refund=notified_refund(plain, self._config))
        except Foreign as error:
            raise InvalidNotification("foreign", str(error)) from error
        except Malformed as error:
            raise InvalidNotification("bad_body", str(error)) from error
        return None

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        if accepted:
            return Acknowledgement(204)
        return Acknowledgement(400, orjson.dumps({"code": "FAIL", "message": message[:60] or "失败"}))

    def download_bill(self, day: dt.date) -> ChannelBill:
        return trade_bill(self._client, day, self._config.mchid)

    def read_bill(self, day: dt.date, file: IO[bytes]) -> ChannelBill:
        """As the merchant's pages give it: plain, or packed by gzip."""
        return read_bill(day, iter(lambda: file.read(BLOCK), b""), None, self._config.mchid)

    def _order(self, request: PrepayRequest) -> dict[str, Any]:
        """The same for the same request, so that a repetition is one to WeChat Pay too."""
        if request.method not in METHODS:
            raise NotSupported(request.method)
        if request.method is PayMethod.MINI_PROGRAM and not request.payer_id:
            raise PermanentChannelError("bad_request", "payer_id")
        order: dict[str, Any] = {
            "appid": self._config.appid,
            "mchid": self._config.mchid,
            "description": cut(request.description, _DESCRIPTION) or "医疗服务",
            "out_trade_no": _checked(request.out_trade_no, "out_trade_no", _OUT_TRADE_NO),
            "time_expire": request.expires_at.astimezone(LOCAL).isoformat(timespec="seconds"),
            "notify_url": _url(request.notify_url),
            "amount": {"total": _amount(request.amount_fen), "currency": "CNY"},
        }
        if request.attach:
            order["attach"] = cut(request.attach, _ATTACH)
        return order


def _refund(request: RefundRequest) -> dict[str, Any]:
    numbers = {"transaction_id": request.transaction_id}
    if not request.transaction_id:
        numbers = {"out_trade_no": _checked(request.out_trade_no, "out_trade_no", _OUT_TRADE_NO)}
    refund: dict[str, Any] = {
        **numbers,
        "out_refund_no": _checked(request.out_refund_no, "out_refund_no", _OUT_REFUND_NO),
        "notify_url": _url(request.notify_url),
        "amount": {
            "refund": _amount(request.amount_fen),
            "total": _amount(request.total_fen),
            "currency": "CNY",
        },
    }
    if reason := cut(request.reason, _REASON):
        refund["reason"] = reason
    return refund


def _result(data: Mapping[str, Any], request: RefundRequest, *, effects: bool) -> RefundResult:
    try:
        result = refund_of(data, data.get("status"))
    except Malformed as error:
        raise TemporaryChannelError("bad_reply", str(error), outcome_unknown=effects) from error
    if result.out_refund_no != request.out_refund_no:
        raise TemporaryChannelError("bad_reply", "another refund", outcome_unknown=effects)
    return result


def cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, whole characters, no control characters."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return clean.encode()[:most].decode(errors="ignore")


def _checked(number: str, name: str, shape: re.Pattern[str]) -> str:
    if not shape.fullmatch(number):
        raise PermanentChannelError("bad_request", name)
    return number


def _amount(fen: int) -> int:
    if fen < 1:
        raise PermanentChannelError("bad_request", "amount")
    return fen


def _url(url: str) -> str:
    if not url or "?" in url or len(url.encode()) > _URL:
        raise PermanentChannelError("bad_request", "notify_url")
    return url


SPEC = register(
    ChannelSpec(
        code="wechat_pay",
        zh="微信支付",
        en="WeChat Pay",
        build=WeChatPayChannel,
        fields=FIELDS,
        secrets=SECRETS,
        optional=OPTIONAL,
        addresses=("base_url",),
        methods=METHODS,
    )
)
