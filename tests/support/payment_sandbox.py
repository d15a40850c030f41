"""The payment providers' sandbox in a process of its own, and a receiver of its pushes: everything over real sockets.

def test_…(payment_sandbox, push_receiver):
    config = payment_sandbox.merchant("wechat_pay")      # exactly what the channel's `build` wants
    … prepay with notify_url=push_receiver.url …
    payment_sandbox.pay("wechat_pay", out_trade_no)
    (push,) = push_receiver.wait(1)                      # push.headers, push.body, as they arrived
"""

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import LocalServer
from tests.support.sandbox import BACKEND, Sandbox
from tests.support.waiting import wait_until


class PaymentSandbox(Sandbox):
    """The control API of the payment stand-ins; `http` reaches the providers' own paths too.

    `keys`: where the stand-ins keep their keys, for tests that forge.
    """

    def __init__(self, url: str, keys: Path) -> None:
        super().__init__(url)
        self.keys = keys

    def reset(self) -> None:
        """Everything forgotten but the keys: a merchant stays the same."""
        self.control("POST", "reset")

    def move_to(self, moment: dt.datetime) -> None:
        """The providers' clocks go on from this moment: a product whose clock is frozen wants to agree with them."""
        now = self.control("POST", "clock", {"advance_seconds": 0})["now"]
        self.advance(moment.timestamp() - now)

    def merchant(self, provider: str) -> dict[str, Any]:
        """The configuration that the product needs to be this provider's merchant."""
        return self.control("GET", f"{provider}/merchant")

    def pay(self, provider: str, out_trade_no: str, payer: str = "") -> dict[str, Any]:
        """The payer confirms in the provider's app; the push leaves at once. Fails unless it can be paid."""
        return self.control("POST", f"{provider}/pay", {"out_trade_no": out_trade_no, "payer": payer})

    def push_again(self, provider: str, out_trade_no: str) -> None:
        """The provider pushes a payment once more, as it may at any time."""
        self.control("POST", f"{provider}/push", {"out_trade_no": out_trade_no})

    def push_faults(self, provider: str, *rules: dict[str, Any]) -> None:
        """Exactly these misbehaviours of pushes from now on: sandbox/trading/pushes.py says which there are."""
        self.control("PUT", f"{provider}/push-faults", {"faults": list(rules)})

    def pushes(self, provider: str) -> list[dict[str, Any]]:
        """Attempts to push, newest first: kind, url, attempt, status (0: no answer), ok, data."""
        items: list[dict[str, Any]] = self.control("GET", f"{provider}/pushes?limit=1000")["items"]
        return items

    def wait_for_pushes(self, provider: str, count: int, seconds: float = 15) -> list[dict[str, Any]]:
        """Waits until the provider has made so many attempts."""
        wait_until(lambda: len(self.pushes(provider)) >= count, seconds)
        return self.pushes(provider)

    def balance(self, provider: str) -> dict[str, int]:
        """paid_fen, refunded_fen, balance_fen, pushes_waiting."""
        return self.control("GET", f"{provider}/balance")

    def trades(self, provider: str) -> list[dict[str, Any]]:
        """What the provider has in its book, oldest first, with their refunds."""
        items: list[dict[str, Any]] = self.control("GET", f"{provider}/trades")["items"]
        return items

    def trade(self, provider: str, out_trade_no: str) -> dict[str, Any] | None:
        """One trade; None when the provider has never heard of it."""
        items = self.control("GET", f"{provider}/trades?out_trade_no={out_trade_no}")["items"]
        return items[0] if items else None


@dataclass(frozen=True, slots=True)
class ReceivedPush:
    """`headers` have lower-case names; `path` is the target with its query."""

    path: str
    headers: dict[str, str]
    body: bytes


class PushReceiver:
    """A merchant's notify_url: keeps what arrives, answers with `replies` (status, body) in turn, then `default`."""

    def __init__(self) -> None:
        self.received: list[ReceivedPush] = []
        self.replies: list[tuple[int, bytes]] = []
        self.default: tuple[int, bytes] = (200, b"success")
        self._server = LocalServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/notify"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer = receiver.replies.pop(0) if receiver.replies else receiver.default
                receiver.received.append(ReceivedPush(self.path, headers, body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def wait(self, count: int, seconds: float = 15) -> list[ReceivedPush]:
        """Waits until so many have arrived, and gives them in their order."""
        wait_until(lambda: len(self.received) >= count, seconds)
        return self.received

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running_payment_sandbox(keys: Path) -> Iterator[PaymentSandbox]:
    """A sandbox on a free port; `keys` keeps the providers' and merchants' keys between starts."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--keys", str(keys)]
    process = subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    sandbox = PaymentSandbox(process.stdout.readline().strip(), keys)
    try:
        yield sandbox
    finally:
        sandbox.http.close()
        process.terminate()
        process.wait(5)


@pytest.fixture(scope="session")
def payment_sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentSandbox]:
    """One sandbox for all tests of this process: for fixtures that outlive a test. Tests take `payment_sandbox`."""
    with running_payment_sandbox(tmp_path_factory.mktemp("payment-keys")) as sandbox:
        yield sandbox


@pytest.fixture
def payment_sandbox(payment_sandbox_process: PaymentSandbox) -> PaymentSandbox:
    """The same sandbox, as after its start: no trades, no faults, settings as they were."""
    payment_sandbox_process.reset()
    return payment_sandbox_process


@pytest.fixture
def push_receiver() -> Iterator[PushReceiver]:
    """A notify_url that accepts everything, in the words of every provider, unless told otherwise."""
    receiver = PushReceiver()
    yield receiver
    receiver.close()
