"""Signed JSON over HTTP to the HIS. Says what HIS said; whatever it did not say clearly is HisUnavailable."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
import structlog

from apps.integrations.adapters.bounded import BoundedTransport, deadline, left
from apps.integrations.adapters.his_signature import signed_headers
from apps.payments.ports import HisRefused, HisUnavailable

log = structlog.get_logger(__name__)

#: Connecting 3 s, an answer 5 s; the whole call never longer than both together, whatever is repeated in it.
TIMEOUT = httpx.Timeout(connect=3.0, read=5.0, write=5.0, pool=1.0)
CALL_SECONDS = 8.0
#: Fewer than the threads of a worker: a HIS that hangs leaves the others free, who are refused after `pool` seconds.
CONNECTIONS = 4
MAX_BYTES = 4 * 1024 * 1024
#: Statuses with which HIS says no. Others of 4xx (signature, rate, format) say that the call itself went wrong.
REFUSALS = frozenset({404, 409, 422})
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class NotHeard(HisUnavailable):
    """HIS itself said nothing: asking at once again may help."""


class HisClient:
    """Raises HisUnavailable or HisRefused and nothing else. Thread-safe; `close()` ends its connections.

    `seconds`: after which a call is given up, at the latest.
    """

    def __init__(self, base_url: str, app_id: str, secret: str, *, seconds: float = CALL_SECONDS) -> None:
        self._base_url, self._app_id, self._secret = base_url.rstrip("/"), app_id, secret
        self._seconds = seconds
        self._http = httpx.Client(transport=BoundedTransport(CONNECTIONS), timeout=TIMEOUT)

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sent once: repeating is the caller's, with the same numbers."""
        with deadline(self._seconds):
            return self._exchange("POST", path, orjson.dumps(body, option=orjson.OPT_SORT_KEYS))

    def get(self, path: str, query: dict[str, str], *, seconds: float | None = None) -> dict[str, Any]:
        """Asked once more if nobody answered in the first half of its time."""
        limit = min(seconds or self._seconds, self._seconds)
        target = f"{path}?{urlencode(query)}"
        with deadline(limit):
            try:
                return self._exchange("GET", target, b"")
            except NotHeard:
                if left() < limit / 2:
                    raise
                return self._exchange("GET", target, b"")

    def _exchange(self, method: str, target: str, body: bytes) -> dict[str, Any]:
        status, content, failure = 0, b"", ""
        try:
            status, content = self._send(method, target, body)
        except httpx.TimeoutException as error:
            failure = f"timeout: {type(error).__name__}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = f"connection: {type(error).__name__}"
        answer = _object(content)
        if status == httpx.codes.OK and answer is not None:
            return answer
        code = str((answer or {}).get("code", ""))
        if status in REFUSALS and CODE.fullmatch(code):
            raise HisRefused(code, str((answer or {}).get("message", ""))[:200])
        # Numbers of patients and orders are in the path: the log has its last word only.
        reason = failure or f"http_{status} {code[:64]}".strip()
        log.warning(
            "his_unavailable", call=f"{method} …/{target.partition('?')[0].rpartition('/')[2]}", reason=reason
        )
        silent = bool(failure) or status >= httpx.codes.INTERNAL_SERVER_ERROR
        raise NotHeard(reason) if silent else HisUnavailable(reason)

    def _send(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        """Status and body. A body over MAX_BYTES is cut, and then no JSON any more."""
        if not self._base_url:
            raise httpx.UnsupportedProtocol("YIHUI_HIS_BASE_URL is not set")
        request = self._http.build_request(method, self._base_url + target, content=body)
        sent_target = request.url.raw_path.decode("ascii")
        request.headers.update(signed_headers(self._app_id, self._secret, method, sent_target, body))
        request.headers.update({"Content-Type": "application/json", "Accept-Encoding": "identity"})
        response = self._http.send(request, stream=True)
        content = bytearray()
        try:
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > MAX_BYTES:
                    break
        finally:
            response.close()
        return response.status_code, bytes(content[:MAX_BYTES])


def segment(value: str) -> str:
    """One part of a path. HisRefused for what can't be one."""
    if value in {"", ".", ".."}:
        raise HisRefused("number_unusable", value)
    return quote(value, safe="")


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None
