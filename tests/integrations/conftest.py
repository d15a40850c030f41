"""The HIS of the sandbox over real sockets, and servers that misbehave in ways it does not."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.identity.models import Hospital
from apps.integrations.adapters.http_his import HttpHis
from tests.support.sandbox import Sandbox, sandbox, sandbox_process
from tests.support.waiting import dawdle

__all__ = ["sandbox", "sandbox_process"]


class HisControl:
    """What doctors, cashiers and operators do at the HIS, and what it has in its book."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def bill(self, mrn: str = "M1", price: int = 1250, **more: Any) -> dict[str, Any]:
        """A doctor orders two boxes at this price; H1's unless told otherwise."""
        items = [{"name": "阿莫西林胶囊", "unit": "盒", "quantity": "2", "unit_price_fen": price}]
        body = {"hospital_code": "H1", "mrn": mrn, "items": items, **more}
        return self.sandbox.control("POST", "his/bills", body)

    def settle(self, number: str, state: str) -> None:
        """The HIS's own window takes the money, or the doctor cancels."""
        body = {"hospital_code": "H1", "external_id": number, "state": state}
        self.sandbox.control("POST", "his/bills/state", body)

    def refuse(self, number: str, code: str, message: str = "", operation: str = "payments.post") -> None:
        body = {"number": number, "code": code, "message": message, "operation": operation}
        self.sandbox.control("POST", "his/refusals", body)

    def limit(self, number: str, refundable_fen: int) -> None:
        """What was dispensed does not go back."""
        body = {"hospital_code": "H1", "external_id": number, "refundable_fen": refundable_fen}
        self.sandbox.control("POST", "his/refundable", body)

    def outage(self, on: bool) -> None:
        self.sandbox.control("PUT", "his/outage", {"on": on})

    def faults(self, *rules: dict[str, Any]) -> None:
        self.sandbox.faults("his", *rules)

    def payment(self, order_no: str) -> dict[str, Any]:
        """What has arrived under this number."""
        (found,) = self.sandbox.control("GET", f"his/payments?order_no={order_no}")["items"]
        payment: dict[str, Any] = found
        return payment

    def tally(self, number: str) -> dict[str, int]:
        """sent, refused, taken, undone of an order or refund number."""
        return self.sandbox.control("GET", f"his/tallies/H1/{number}")

    def totals(self) -> dict[str, int]:
        return self.sandbox.control("GET", "his/totals")


@pytest.fixture
def book(sandbox: Sandbox) -> HisControl:
    return HisControl(sandbox)


@pytest.fixture
def his(book: HisControl) -> HttpHis:
    """The driver as the product makes it, for a hospital with the code H1."""
    return HttpHis(Hospital(code="H1", name="第一医院"))


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Give it what happens to a connection once its request has come; it gives the address of such a server."""
    listeners: list[socket.socket] = []

    def serve(answer: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        listeners.append(listener)
        threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for listener in listeners:
        listener.close()


def _accept(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    def handle(connection: socket.socket) -> None:
        with connection:
            try:
                take_request(connection)
                answer(connection)
            except OSError:
                pass  # the client gave up, which is what is tested

    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=handle, args=(connection,), daemon=True).start()


def take_request(connection: socket.socket) -> None:
    """Read a whole request, or all there is: closing a connection with something unread resets it."""
    received = b""
    while b"\r\n\r\n" not in received and (part := connection.recv(65536)):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (part := connection.recv(65536)):
        missing -= len(part)


def reply_with(status: str, body: bytes, *headers: str) -> Callable[[socket.socket], None]:
    """A whole answer, as any web server gives it."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return lambda connection: connection.sendall(f"{head}\r\n\r\n".encode() + body)


def trickle(content: bytes) -> Callable[[socket.socket], None]:
    """A byte now and then: quick enough for every time-out of a single read, and never at the end."""

    def send(connection: socket.socket) -> None:
        for byte in content + b" " * 10_000:
            connection.sendall(bytes([byte]))
            dawdle(0.05)

    return send


def never(connection: socket.socket) -> None:
    """No answer, until the client goes."""
    while connection.recv(65536):
        pass
