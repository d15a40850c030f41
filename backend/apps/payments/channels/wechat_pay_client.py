"""Signed calls to WeChat Pay for one merchant, and its notifications opened."""

import datetime as dt
import functools
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from apps.payments.channels.base import InvalidNotification, Senseless, TemporaryChannelError
from apps.payments.channels.wechat_pay_codes import refusal
from apps.payments.channels.wechat_pay_config import MerchantConfig

if TYPE_CHECKING:
    from apps.payments.channels.wechat_pay_core import MerchantCore

#: Seconds to connect, and to wait for bytes.
TIMEOUT = (3.0, 8.0)


class WeChatPayClient:
    """Thread-safe. Raises ChannelError and nothing else. The SDK is loaded by the first call."""

    def __init__(self, config: MerchantConfig, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.config, self._timeout = config, timeout

    @functools.cached_property
    def _core(self) -> "MerchantCore":
        from apps.payments.channels.wechat_pay_core import new_core

        return new_core(self.config, self._timeout)

    def get(self, path: str) -> dict[str, Any]:
        """The JSON object of a signed answer."""
        return self._call("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """As `get`; an answer without a body is an empty object."""
        return self._call("POST", path, dict(body))

    def sign(self, *lines: str) -> str:
        """The merchant's signature of these lines."""
        return str(self._core.sign(list(lines)))

    def file(self, path: str) -> Iterator[bytes]:
        """The pieces of a file. It is not signed."""
        yield from self._core.stream(path)

    def open_notification(
        self, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The envelope and what was encrypted in it: read only once the signature is verified. InvalidNotification."""
        from apps.payments.channels.wechat_pay_core import BadSignature

        core = self._core
        try:
            text = body.decode()
            core.check(headers, text, now.timestamp())
        except (BadSignature, UnicodeDecodeError) as error:
            raise InvalidNotification("bad_signature", str(error)) from error
        envelope = _told(text)
        resource = envelope.get("resource") if envelope else None
        if envelope is None or not isinstance(resource, dict):
            raise InvalidNotification("bad_body", "no resource")
        if resource.get("algorithm") != "AEAD_AES_256_GCM":
            raise InvalidNotification("bad_body", "algorithm")
        plain = _told(core.decrypt_resource(resource) or "")
        if plain is None:
            raise InvalidNotification("foreign", "not encrypted for this merchant")
        return envelope, plain

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        from apps.payments.channels.wechat_pay_core import RequestType

        status, text = self._core.call(RequestType[method], path, body)
        data = _object(text or "{}")
        if 200 <= status < 300 and status != 202:
            if data is None:
                raise TemporaryChannelError("bad_reply", "no JSON object", outcome_unknown=body is not None)
            return data
        said = data or {}
        raise refusal(
            status, str(said.get("code") or ""), str(said.get("message") or ""), effects=body is not None
        )


def segment(number: str) -> str:
    """A number of ours as part of a path: what is signed is what is sent."""
    return quote(number, safe="")


def _told(text: str) -> dict[str, Any] | None:
    """The object of a text that WeChat Pay has signed; Senseless where it is nested beyond reading."""
    try:
        return _object(text)
    except RecursionError as error:
        raise Senseless("nonsense", "nested too deeply") from error


def _object(text: str | bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
