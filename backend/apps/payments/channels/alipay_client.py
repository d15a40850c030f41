"""Speaks to Alipay's gateway: signed requests out, replies in that are believed only by their signature.

Common parameters go in the query, biz_content in the form, as Alipay's own clients do.
"""

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping
from typing import IO, Any
from urllib.parse import urlencode

import httpx

from apps.payments.channels.alipay_codes import GATEWAY_CODES, SUCCESS, error_for
from apps.payments.channels.alipay_signing import SIGN_TYPE, Signer, Verifier, raw_values, request_content
from apps.payments.channels.base import PermanentChannelError, TemporaryChannelError
from kernel.clock import LOCAL

TIMEOUT = httpx.Timeout(connect=3.0, read=10.0, write=5.0, pool=2.0)
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
#: A bill in memory; a longer one is kept in a file.
IN_MEMORY = 8 * 1024 * 1024
MAX_BILL = 1024 * 1024 * 1024
#: What a reply must repeat of the request, so that an old reply cannot stand for a new one.
_ECHOED = ("out_trade_no", "out_request_no")


class AlipayClient:
    """One application's. Thread-safe; `now` stamps the requests. Every failure is a ChannelError."""

    def __init__(
        self,
        gateway: str,
        app_id: str,
        signer: Signer,
        verifier: Verifier,
        now: Callable[[], dt.datetime],
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._gateway, self._app_id = gateway, app_id
        self._signer, self._verifier, self._now = signer, verifier, now
        self._http = httpx.Client(timeout=timeout)

    def call(self, method: str, biz: Mapping[str, Any], *, notify_url: str = "") -> dict[str, Any]:
        """The data of a success; an error by the reply's sub_code otherwise."""
        parameters = self._signed(method, biz, notify_url=notify_url)
        form = {"biz_content": parameters.pop("biz_content")}
        response = self._post(params=parameters, data=form)
        _check_status(response.status_code)
        data = self._read(f"{method.replace('.', '_')}_response", _text(response.content))
        for name in _ECHOED:
            if name in biz and data.get(name, biz[name]) != biz[name]:
                raise _bad_reply(f"{name} is another's")
        return data

    def order_string(
        self, method: str, biz: Mapping[str, Any], *, notify_url: str, return_url: str = ""
    ) -> str:
        """A signed call for the payer's side to make: what follows the ? of a link, or what Alipay's app is handed."""
        return urlencode(self._signed(method, biz, notify_url=notify_url, return_url=return_url))

    def link(self, method: str, biz: Mapping[str, Any], *, notify_url: str, return_url: str = "") -> str:
        """The same as an address for a browser."""
        signed = self.order_string(method, biz, notify_url=notify_url, return_url=return_url)
        return f"{self._gateway}?{signed}"

    def download(self, url: str) -> IO[bytes]:
        """The file at an address that the gateway gave: it leads nowhere else, nor out of TLS."""
        if self._gateway.startswith("https://") and not url.startswith("https://"):
            raise PermanentChannelError("bad_bill", "an address without TLS")
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the reader closes it
        try:
            with self._http.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    raise TemporaryChannelError(f"http_{response.status_code}")
                for chunk in response.iter_bytes():
                    file.write(chunk)
                    if file.tell() > MAX_BILL:
                        raise PermanentChannelError("bad_bill", "too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TemporaryChannelError("download", type(error).__name__) from error
        file.seek(0)
        return file

    def _signed(self, method: str, biz: Mapping[str, Any], **more: str) -> dict[str, str]:
        parameters = {
            "app_id": self._app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": SIGN_TYPE,
            "timestamp": self._now().astimezone(LOCAL).strftime(TIME_FORMAT),
            "version": "1.0",
            "biz_content": json.dumps(biz, ensure_ascii=False, separators=(",", ":")),
            **{name: value for name, value in more.items() if value},
        }
        return parameters | {"sign": self._signer.sign(request_content(parameters))}

    def _post(self, **arguments: Any) -> httpx.Response:
        try:
            return self._http.post(self._gateway, **arguments)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TemporaryChannelError("connection", type(error).__name__) from error
        except httpx.TimeoutException as error:
            raise TemporaryChannelError("timeout", type(error).__name__, outcome_unknown=True) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TemporaryChannelError("connection", type(error).__name__, outcome_unknown=True) from error

    def _read(self, name: str, text: str) -> dict[str, Any]:
        try:
            values = raw_values(text)
            raw = values.get(name) or values["error_response"]
            data = self._believed(raw, json.loads(values.get("sign", '""')))
        except (ValueError, KeyError, RecursionError) as error:
            raise _bad_reply(type(error).__name__) from error
        code, sub_code = str(data.get("code", "")), str(data.get("sub_code", ""))
        if code != SUCCESS:
            raise error_for(code, sub_code, str(data.get("sub_msg") or data.get("msg") or ""))
        return data

    def _believed(self, raw: str, signature: object) -> dict[str, Any]:
        """What was signed, read from the very text that the signature covers."""
        # Alipay signs a value before it escapes the slashes in it: the second spelling is the signed one then.
        for text in (raw, raw.replace(r"\/", "/")):
            if signature and self._verifier.has_signed(text, str(signature)):
                return _object(text)
        data = _object(raw)
        if signature or str(data.get("code")) not in GATEWAY_CODES:
            raise TemporaryChannelError("bad_signature", "not signed by Alipay", outcome_unknown=True)
        return data


def _object(text: str) -> dict[str, Any]:
    """Amounts that come as numbers stay as they are written."""
    data = json.loads(text, parse_float=str)
    if not isinstance(data, dict):
        raise ValueError("a JSON object is expected")
    return data


def _check_status(status: int) -> None:
    code = f"http_{status}"
    if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
        raise TemporaryChannelError(code, outcome_unknown=status >= 500)
    if status != httpx.codes.OK:
        raise PermanentChannelError(code)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _bad_reply("not UTF-8") from error


def _bad_reply(detail: str) -> TemporaryChannelError:
    return TemporaryChannelError("bad_reply", detail, outcome_unknown=True)
