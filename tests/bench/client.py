"""A load generator: so many keep-alive connections in a closed loop, from one process that costs little."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HEAD_END = b"\r\n\r\n"
LENGTH, CHUNKED, LAST_CHUNK = b"content-length:", b"transfer-encoding: chunked", b"0\r\n\r\n"


@dataclass(slots=True)
class Result:
    """What came back: how many of each status, seconds per answer, and the bodies if they were asked for."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0


def request(
    method: str, path: str, *, token: str = "", body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """One HTTP request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + HEAD_END + body


def run(
    port: int, clients: int, requests: Iterable[bytes], *, seconds: float = 60.0, keep: bool = False
) -> Result:
    """Send the requests over `clients` connections, each the next when its last is answered; at most `seconds`."""
    result, waiting = Result(), iter(requests)
    with selectors.DefaultSelector() as selector:
        for _ in range(clients):
            sock = socket.create_connection(("127.0.0.1", port), timeout=10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(sock)
            if not _send(connection, waiting):
                sock.close()
                break
            selector.register(sock, selectors.EVENT_READ, connection)
        begin = time.perf_counter()
        while selector.get_map():
            over = time.perf_counter() - begin > seconds
            for key, _ in selector.select(timeout=30) or _stuck():
                _answered(selector, key.data, iter(()) if over else waiting, result, keep)
        result.seconds = time.perf_counter() - begin
    return result


def _stuck() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("the server has not answered for 30 seconds")


def _send(connection: _Connection, waiting: Iterator[bytes]) -> bool:
    payload = next(waiting, None)
    if payload is None:
        return False
    connection.received.clear()
    connection.sent_at = time.perf_counter()
    connection.sock.sendall(payload)
    return True


def _answered(
    selector: selectors.BaseSelector,
    connection: _Connection,
    waiting: Iterator[bytes],
    result: Result,
    keep: bool,
) -> None:
    piece = connection.sock.recv(65536)
    connection.received += piece
    answer = _complete(connection.received)
    if answer is None and piece:
        return
    if answer is not None:
        status, body = answer
        result.latencies.append(time.perf_counter() - connection.sent_at)
        result.statuses[status] += 1
        if keep:
            result.bodies.append((status, body))
    else:
        result.statuses[0] += 1  # closed without an answer
    if not piece or not _send(connection, waiting):
        selector.unregister(connection.sock)
        connection.sock.close()


def _complete(received: bytearray) -> tuple[int, bytes] | None:
    """(status, body) once all of it is there."""
    end = received.find(HEAD_END)
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    body = bytes(received[end + len(HEAD_END) :])
    start = head.find(LENGTH)
    if start >= 0:
        done = len(body) >= int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0])
    else:
        done = CHUNKED not in head or body.endswith(LAST_CHUNK)
    return (int(head[9:12]), body) if done else None
