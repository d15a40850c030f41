"""Speaks ACP 5.1.0 over HTTP: signed forms out, verified replies in; every failure is a ChannelError."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import httpx

from apps.payments.channels.base import InvalidNotification, PermanentChannelError, TemporaryChannelError
from apps.payments.channels.unionpay_codes import SUCCESS
from apps.payments.channels.unionpay_signing import (
    ENCODING,
    SIGN_METHOD,
    VERSION,
    NotSigned,
    Signer,
    Verifier,
)

TIMEOUT = httpx.Timeout(connect=3.0, read=10.0, write=5.0, pool=2.0)
MERCHANT_ITSELF = "0"
_BRACKET, _CLOSING = re.compile(r"[][{}]"), {"{": "}", "[": "]"}
#: What a reply must repeat of the request, so that an old reply cannot stand for a new one.
_ECHOED = ("merId", "orderId", "txnTime", "settleDate")


class UnionPayClient:
    """Thread-safe. `now` tells the time at which certificates must be in force."""

    def __init__(
        self,
        mer_id: str,
        signer: Signer,
        verifier: Verifier,
        now: Callable[[], dt.datetime],
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._mer_id, self._signer, self._verifier, self._now = mer_id, signer, verifier, now
        self._http = httpx.Client(timeout=timeout)

    def message(self, fields: Mapping[str, str]) -> dict[str, str]:
        """A signed message with the fields that all have in common."""
        common = {"version": VERSION, "encoding": ENCODING, "signMethod": SIGN_METHOD}
        return self._signer.signed({**common, "accessType": MERCHANT_ITSELF, "merId": self._mer_id, **fields})

    def send(self, url: str, fields: Mapping[str, str], *, timeout: float | None = None) -> dict[str, str]:
        """The verified reply, whatever its code. An error of which nothing is known has `outcome_unknown`."""
        message = self.message(fields)
        answer = parse_reply(self._post(url, message, timeout))
        try:
            self._verifier.verify(answer, self._now())
        except NotSigned as error:
            raise TemporaryChannelError("bad_signature", str(error), outcome_unknown=True) from error
        done = answer.get("respCode") in SUCCESS
        for name in _ECHOED:
            if name in message and answer.get(name, "" if done else message[name]) != message[name]:
                raise TemporaryChannelError("bad_reply", f"{name} is another's", outcome_unknown=True)
        return answer

    def parse_push(self, body: bytes, now: dt.datetime) -> dict[str, str]:
        """The fields of a notice; InvalidNotification unless UnionPay sent it, as it is, to this merchant."""
        try:
            fields = parse_form(body)
            self._verifier.verify(fields, now)
        except (ValueError, NotSigned) as error:
            raise InvalidNotification("bad_signature", str(error)) from error
        if fields.get("merId") != self._mer_id:
            raise InvalidNotification("wrong_merchant", fields.get("merId", ""))
        return fields

    def _post(self, url: str, message: Mapping[str, str], timeout: float | None) -> str:
        try:
            response = self._http.post(url, data=dict(message), timeout=timeout or httpx.USE_CLIENT_DEFAULT)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TemporaryChannelError("connection", type(error).__name__) from error
        except httpx.TimeoutException as error:
            raise TemporaryChannelError("timeout", type(error).__name__, outcome_unknown=True) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TemporaryChannelError("connection", type(error).__name__, outcome_unknown=True) from error
        code = f"http_{response.status_code}"
        if response.status_code >= 500 or response.status_code == 429:
            raise TemporaryChannelError(code, outcome_unknown=response.status_code >= 500)
        if response.status_code != 200:
            raise PermanentChannelError(code)
        try:
            return response.content.decode()
        except UnicodeDecodeError as error:
            raise TemporaryChannelError("bad_reply", "not UTF-8", outcome_unknown=True) from error


def parse_reply(text: str) -> dict[str, str]:
    """The non-empty pairs of `k=v&k=v`: nothing is percent-encoded, and & inside {…} or […] belongs to the value."""
    pairs: list[list[str]] = []
    closing = ""
    for piece in text.split("&"):
        if closing:
            pairs[-1].append(piece)
        else:
            pairs.append([piece])
        closing = _left_open(piece, closing)
    fields = ("&".join(pieces).partition("=") for pieces in pairs)
    return {name: value for name, _, value in fields if value}


def _left_open(piece: str, closing: str) -> str:
    """The bracket that must still come after `piece`; `closing` is the one that had to come before it."""
    for match in _BRACKET.finditer(piece):
        if closing:
            closing = "" if match[0] == closing else closing
        else:
            closing = _CLOSING.get(match[0], "")
    return closing


def parse_form(body: bytes) -> dict[str, str]:
    """The non-empty fields of a pushed form; ValueError when it is none."""
    return {name: value for name, value in parse_qsl(body.decode(), max_num_fields=200) if value}
