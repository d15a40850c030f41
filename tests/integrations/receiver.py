"""Receivers of webhooks on this machine: real HTTP in threads, as good or as bad as they are told to be."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook

from tests.support.http_server import LocalServer

Answer = Callable[["Receiver", BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Message:
    """What arrived, as it arrived."""

    headers: dict[str, str]
    body: bytes
    path: str

    def verified(self, secret: str) -> Any:
        """The body, if the published library takes the signature."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answer` says what becomes of a request once it is read; `url`: where it listens."""

    answer: Answer
    url: str = ""
    got: list[Message] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    under_way: int = 0
    most: int = 0


def status(code: int, body: bytes = b"ok", **headers: str) -> Answer:
    """A whole answer."""

    def answer(receiver: Receiver, request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def receiver(answer: Answer | None = None) -> Iterator[Receiver]:
    """One that answers 200 unless told otherwise."""
    made = Receiver(answer or status(200))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with made.lock:
                made.got.append(Message(dict(self.headers), body, self.path))
                made.under_way += 1
                made.most = max(made.most, made.under_way)
            try:
                made.answer(made, self)
            except OSError:
                self.close_connection = True  # the sender gave up, which is what is tested
            finally:
                with made.lock:
                    made.under_way -= 1

        def log_message(self, *_: Any) -> None:
            pass

    server = LocalServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
