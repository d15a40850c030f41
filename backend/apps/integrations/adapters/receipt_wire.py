"""One signed exchange with a receipt platform of the widespread form: MD5 over the sorted fields and the key.

The form is the platform's; whoever can read the traffic could not forge it without the key, and TLS keeps it private.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
import orjson
from django.conf import settings

from apps.integrations.adapters.bounded import Pinned, deadline
from apps.receipts.ports import PlatformRefused, PlatformUnclear
from kernel.targets import Network, Refused, Target, resolve

VERSION, DONE = "1.0", "S0000"
SECONDS = 15.0
MAX_BYTES = 4 * 1024 * 1024
_TROUBLE = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError,
    ValueError,
)  # fmt: skip


def signature(app_id: str, key: str, data: str, noise: str) -> str:
    """Upper MD5 of what is sent, with the key in its place of the alphabet."""
    text = f"appid={app_id}&data={data}&noise={noise}&key={key}&version={VERSION}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


class ReceiptWire:
    """Calls `<base_url>/api/medical/<method>`; raises PlatformUnclear or PlatformRefused and nothing else.

    `networks`: private ones that the hospital lists. `seconds`: after which a call is given up.
    """

    def __init__(
        self, base_url: str, app_id: str, key: str, networks: Iterable[Network], *, seconds: float = SECONDS
    ) -> None:
        self._base, self._app_id, self._key = base_url.rstrip("/"), app_id, key
        self._networks, self._seconds = list(networks), seconds

    def call(self, method: str, data: Mapping[str, Any]) -> Any:
        """What the platform answers: its message, decoded."""
        encoded, noise = base64.b64encode(orjson.dumps(data)).decode(), secrets.token_hex(16)
        body = {
            "appid": self._app_id, "data": encoded, "noise": noise, "version": VERSION,
            "sign": signature(self._app_id, self._key, encoded, noise),
        }  # fmt: skip
        try:
            target = resolve(
                f"{self._base}/api/medical/{method}", self._networks, loopback=settings.WEBHOOKS_TO_LOOPBACK
            )
            with deadline(self._seconds):
                status, content = _post(target, orjson.dumps(body))
        except Refused as refused:
            raise PlatformUnclear(f"address: {refused.error}") from refused
        except _TROUBLE as error:
            raise PlatformUnclear(f"connection: {type(error).__name__}") from error
        if status != 200:
            raise PlatformUnclear(f"http_{status}")
        return self._said(content)

    def _said(self, content: bytes) -> Any:
        """PlatformUnclear for what is not signed with the key: anybody may have said it."""
        try:
            reply = orjson.loads(content)
            data, noise, sign = reply["data"], reply["noise"], reply["sign"]
            good = hmac.compare_digest(str(sign).upper(), signature(self._app_id, self._key, data, noise))
            said = orjson.loads(base64.b64decode(data, validate=True)) if good else None
            if said is None:
                raise PlatformUnclear("bad_signature")
            text = base64.b64decode(said["message"], validate=True).decode()
            result = str(said["result"])
            message = orjson.loads(text) if result == DONE else text
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
            raise PlatformUnclear("bad_reply") from error
        if result != DONE:
            raise PlatformRefused(result[:64], message[:200])
        return message


def _post(target: Target, body: bytes) -> tuple[int, bytes]:
    """Status and body, on a connection of its own to the very address that was judged; nothing is followed."""
    port = "" if target.port == {"https": 443, "http": 80}[target.scheme] else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {
        "host": f"{host}{port}", "content-length": str(len(body)), "content-type": "application/json;charset=utf-8",
        "connection": "close",
    }  # fmt: skip
    url = httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.path.encode(),
    )
    with httpcore.ConnectionPool(network_backend=Pinned(target.address)) as pool:
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        with pool.stream("POST", url, headers=sent, content=body) as response:
            content = bytearray()
            for part in response.iter_stream():
                content += part
                if len(content) > MAX_BYTES:
                    raise ValueError("too much")
    return response.status, bytes(content)
