"""HTTP whose every exchange ends by a deadline, however slowly the other side speaks.

The library's own time-outs are per read: a server that sends a byte every four seconds passes all of them. Here each
read, write and connect gets no more than what is left until the deadline of the calling thread. Looking up a name is
the one step that Python can't interrupt: the resolver's options bound it (docs/operations.md).
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_local = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Every exchange of this thread inside the block ends within `seconds` of now."""
    _local.at = time.monotonic() + seconds
    try:
        yield
    finally:
        _local.at = None


def left() -> float:
    """Seconds until the deadline of this thread, never negative; infinite without one."""
    at = getattr(_local, "at", None)
    return float("inf") if at is None else max(at - time.monotonic(), 0.0)


def _bounded(timeout: float | None, error: type[Exception]) -> float:
    rest = left()
    if rest <= 0:
        raise error("deadline")
    return min(rest, timeout if timeout is not None else rest)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _bounded(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _bounded(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bound = _bounded(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, bound))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Network(httpcore.SyncBackend):
    """Connections whose every step ends by the deadline of the thread."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        bound = _bounded(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, bound, local_address, socket_options))


class Pinned(Network):
    """Connects to the address that was judged, whatever the name may lead to by now."""

    def __init__(self, address: str) -> None:
        self.address = address

    def connect_tcp(self, host: str, port: int, *args: object, **options: object) -> httpcore.NetworkStream:
        return super().connect_tcp(self.address, port, *args, **options)  # type: ignore[arg-type]


class BoundedTransport(httpx.HTTPTransport):
    """`connections`: how many exchanges may be under way; who finds none free gets a PoolTimeout."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        # The library has no way to pass a network of one's own to its pool.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=Network(),
        )
