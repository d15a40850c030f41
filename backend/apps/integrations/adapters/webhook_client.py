"""One signed POST to a receiver: never longer than its time, nothing followed, no more read than is kept."""

import ssl
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock

import httpcore
import httpx

from apps.integrations.adapters.bounded import Pinned, deadline, left
from apps.integrations.models import AttemptError
from kernel.targets import Target

SECONDS = 15.0
CONNECT_SECONDS = 5.0
KEPT_BYTES = 1024
#: A longer answer is not read to its end: its connection is given up instead.
MAX_REPLY = 16 * 1024
IDLE_SECONDS = 30.0
#: Receivers whose connections are kept open, and how many of each.
RECEIVERS, PER_RECEIVER = 256, 8
Key = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said. `status` 0: nothing, for the reason `error`; `retry_after` in seconds, 0 for none."""

    status: int
    error: str = ""
    body: bytes = b""
    retry_after: int = 0


class WebhookClient:
    """Keeps connections of each receiver and address. Thread-safe; `close()` ends them. Knows no proxy.

    A thread has a connection for itself: the library's pool closes one that another thread is just given.
    `seconds`: after which an exchange is given up.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds, self._lock = seconds, Lock()
        self._idle: OrderedDict[Key, list[httpcore.HTTPConnection]] = OrderedDict()
        self._tls: ssl.SSLContext = httpx.create_ssl_context()

    def close(self) -> None:
        with self._lock:
            kept, self._idle = list(self._idle.values()), OrderedDict()
        for connection in (each for connections in kept for each in connections):
            connection.close()

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
                scheme=target.scheme.encode(),
                host=target.host.encode(),
                port=target.port,
                target=target.path.encode(),
            ),
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=body,
            extensions={"timeout": {"connect": CONNECT_SECONDS}},
        )
        kept = self._take(target)
        if kept is not None:
            with suppress(httpcore.NetworkError, httpcore.RemoteProtocolError):
                return self._on(kept, target, request)
            # The receiver had closed it meanwhile, most likely: sent once more, as receivers have to expect.
        return self._on(self._new(target), target, request)

    def _on(self, connection: httpcore.HTTPConnection, target: Target, request: httpcore.Request) -> Reply:
        try:
            response = connection.handle_request(request)
            try:
                return Reply(response.status, "", _beginning(response), _retry_after(response))
            finally:
                response.close()
        finally:
            self._keep(connection, target)

    def _new(self, target: Target) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(
            httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self._tls,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=Pinned(target.address),
        )

    def _take(self, target: Target) -> httpcore.HTTPConnection | None:
        """A connection that can be used again, for the caller alone."""
        while True:
            with self._lock:
                connections = self._idle.get(_key(target))
                if not connections:
                    return None
                connection = connections.pop()
            if not connection.has_expired():
                return connection
            connection.close()

    def _keep(self, connection: httpcore.HTTPConnection, target: Target) -> None:
        """For the next one, if it is good for anything."""
        dropped = []
        with self._lock:
            connections = self._idle.setdefault(_key(target), [])
            self._idle.move_to_end(_key(target))
            if connection.is_idle() and len(connections) < PER_RECEIVER:
                connections.append(connection)
            else:
                dropped.append(connection)
            if len(self._idle) > RECEIVERS:
                dropped += self._idle.popitem(last=False)[1]
        for each in dropped:
            each.close()


def _key(target: Target) -> Key:
    return target.scheme, target.host, target.port, target.address


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
