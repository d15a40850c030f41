"""One signed POST to a receiver: never longer than its time, nothing followed, no more read than is kept."""

import ssl
import time
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock

import httpcore
import httpx

from apps.integrations.adapters.bounded import Network, deadline, left
from apps.integrations.adapters.targets import Target
from apps.integrations.models import AttemptError

SECONDS = 15.0
CONNECT_SECONDS = 5.0
KEPT_BYTES = 1024
#: A longer answer is not read to its end: its connection is given up instead.
MAX_REPLY = 16 * 1024
IDLE_SECONDS = 30.0
#: Receivers whose connections are kept open, in a process.
POOLS = 256
PER_RECEIVER = 8


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said. `status` 0: nothing, for the reason `error`; `retry_after` in seconds, 0 for none."""

    status: int
    error: str = ""
    body: bytes = b""
    retry_after: int = 0


class _Pinned(Network):
    """Connects to the address that was judged, whatever the name may lead to by now."""

    def __init__(self, address: str) -> None:
        self.address = address

    def connect_tcp(self, host: str, port: int, *args: object, **options: object) -> httpcore.NetworkStream:
        return super().connect_tcp(self.address, port, *args, **options)  # type: ignore[arg-type]


class WebhookClient:
    """Keeps connections of each receiver and address. Thread-safe; `close()` ends them. Knows no proxy.

    `seconds`: after which an exchange is given up.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds, self._lock = seconds, Lock()
        self._pools: OrderedDict[tuple[str, str, int, str], httpcore.ConnectionPool] = OrderedDict()
        self._tls: ssl.SSLContext = httpx.create_ssl_context()

    def close(self) -> None:
        with self._lock:
            pools, self._pools = list(self._pools.values()), OrderedDict()
        for pool in pools:
            pool.close()

    def post(self, target: Target, headers: dict[str, str], body: bytes) -> Reply:
        """Send it once; raises nothing."""
        with deadline(self._seconds):
            try:
                return self._exchange(target, headers, body)
            except (httpcore.TimeoutException, TimeoutError):
                return Reply(0, AttemptError.TIMEOUT)
            except ssl.SSLError:
                return Reply(0, AttemptError.TLS)
            except (httpcore.NetworkError, OSError) as error:
                return Reply(0, AttemptError.TLS if _is_tls(error) else AttemptError.CONNECTION)
            except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
                return Reply(0, AttemptError.PROTOCOL)

    def _exchange(self, target: Target, headers: dict[str, str], body: bytes) -> Reply:
        port = "" if target.port == {"https": 443, "http": 80}[target.scheme] else f":{target.port}"
        host = f"[{target.host}]" if ":" in target.host else target.host
        sent = {"host": f"{host}{port}", "content-length": str(len(body)), **headers}
        request = httpcore.Request(
            "POST",
            httpcore.URL(
                scheme=target.scheme.encode(), host=target.host.encode(), port=target.port,
                target=target.path.encode(),
            ),
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS, "pool": self._seconds}},
        )  # fmt: skip
        response = self._pool(target).handle_request(request)
        try:
            return Reply(response.status, "", _beginning(response), _retry_after(response))
        finally:
            response.close()

    def _pool(self, target: Target) -> httpcore.ConnectionPool:
        key = (target.scheme, target.host, target.port, target.address)
        with self._lock:
            pool = self._pools.pop(key, None)
            if pool is None:
                pool = httpcore.ConnectionPool(
                    ssl_context=self._tls, max_connections=PER_RECEIVER, max_keepalive_connections=PER_RECEIVER,
                    keepalive_expiry=IDLE_SECONDS, network_backend=_Pinned(target.address),
                )  # fmt: skip
            self._pools[key] = pool
            oldest = self._pools.popitem(last=False)[1] if len(self._pools) > POOLS else None
        if oldest is not None:
            oldest.close()
        return pool


def _beginning(response: httpcore.Response) -> bytes:
    """The first kilobyte. A short answer is read to its end, so that the connection can be used again.

    The status has been told: a body that does not come changes nothing about it.
    """
    read, kept = 0, b""
    try:
        for part in response.iter_stream():
            kept += part[: KEPT_BYTES - len(kept)]
            read += len(part)
            if read > MAX_REPLY or left() <= 0:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError):
        pass
    return kept


def _retry_after(response: httpcore.Response) -> int:
    """Seconds; a date, too, is taken for the seconds until then."""
    text = next(
        (value.decode("latin-1") for name, value in response.headers if name.lower() == b"retry-after"), ""
    )
    if text.strip().isdecimal():
        return min(int(text), 10**6)
    try:
        return max(0, int(parsedate_to_datetime(text).timestamp() - time.time())) if text else 0
    except (ValueError, TypeError):
        return 0


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
