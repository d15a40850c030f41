"""One call of the gateway after its signature was found right."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.alipay.errors import AlipayFailure
from sandbox.clock import SHANGHAI
from sandbox.wire import Request

_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_EXPRESS = re.compile(r"(\d{1,6})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
DEFAULT_LIFE = 15 * 86_400


@dataclass(frozen=True, slots=True)
class Call:
    """`biz` is the biz_content; `base_url` is how the merchant reaches this sandbox."""

    method: str
    parameters: dict[str, str]
    base_url: str
    biz: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A value of the biz_content as text; empty when it is absent."""
        value = self.biz.get(name)
        return "" if value is None or isinstance(value, dict | list) else str(value)

    def required(self, name: str) -> str:
        if not (value := self.text(name)):
            raise AlipayFailure("ACQ.INVALID_PARAMETER")
        return value

    def fen(self, name: str) -> int:
        """A positive amount in yuan."""
        match = _YUAN.fullmatch(self.required(name))
        fen = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
        if not fen:
            raise AlipayFailure("ACQ.INVALID_PARAMETER")
        return fen

    def expires_at(self, now: float) -> float:
        """time_expire, else timeout_express from now on, else fifteen days."""
        if given := self.text("time_expire"):
            return _moment(given)
        if given := self.text("timeout_express"):
            match = _EXPRESS.fullmatch(given)
            if match is None:
                raise AlipayFailure("ACQ.INVALID_PARAMETER")
            return now + int(match[1]) * _SECONDS[match[2]]
        return now + DEFAULT_LIFE


def _moment(text: str) -> float:
    for pattern in _TIMES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).timestamp()
        except ValueError:
            continue
    raise AlipayFailure("ACQ.INVALID_PARAMETER")


def base_url(request: Request) -> str:
    """How the caller reached this sandbox."""
    return f"http://{request.headers.get('host', '127.0.0.1')}"
