"""Serves a folder of static files and forwards /api/ to the product: the console, where no proxy stands in front.

The same headers as in deploy/console.conf: scripts of its own files alone, in nobody's frame.
"""

import argparse
import http.client
import json
import mimetypes
import os
import shutil
import sys
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

PREFIX = "/console/"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
#: Of one connection, not of the message (RFC 9110, 7.6.1).
HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host"})
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".html": "text/html"}
SECONDS, MAX_BODY = 60, 64 * 1024 * 1024


def file_of(root: Path, path: str) -> Path | None:
    """The file that a path names, None where it names none within the folder."""
    rest = unquote(path).removeprefix(PREFIX) or "index.html"
    if "\0" in rest or not path.startswith(PREFIX):
        return None
    found = (root / rest).resolve()
    return found if found.is_relative_to(root.resolve()) and found.is_file() else None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    disable_nagle_algorithm = True  # else a body waits 40 ms for the receipt of its headers
    server: "StaticServer"

    def do_GET(self) -> None:
        """A file, health, or what the API answers."""
        path = urlsplit(self.path).path
        if path.startswith("/api/"):
            return self._forward()
        if path == "/healthz":
            return self._answer(json.dumps({"run": self.server.token}).encode(), "application/json")
        if path in {"/", PREFIX.rstrip("/")}:
            return self._redirect(PREFIX)
        found = file_of(self.server.root, path)
        if found is None:
            return self._answer(b"not found", "text/plain", HTTPStatus.NOT_FOUND)
        kind = TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        return self._answer(
            found.read_bytes(), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        )

    do_HEAD = do_GET  # noqa: N815  # the library calls them so

    def do_POST(self) -> None:
        """What changes anything is the API's."""
        if urlsplit(self.path).path.startswith("/api/"):
            return self._forward()
        return self._answer(b"", "text/plain", HTTPStatus.METHOD_NOT_ALLOWED)

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815

    def _redirect(self, to: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._begin(status, [*HEADERS.items(), ("Content-Type", kind), ("Content-Length", str(len(body)))])
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _forward(self) -> None:
        said = self.headers.get("Content-Length") or "0"
        if not (said.isascii() and said.isdigit()):
            self.close_connection = True
            return self._answer(b"", "text/plain", HTTPStatus.BAD_REQUEST)
        length = int(said)
        if length > MAX_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self._answer(b"", "text/plain", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(length) if length else None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        upstream = http.client.HTTPConnection(self.server.api, timeout=SECONDS)
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            self._begin(answer.status, self._forwarded(answer))
            shutil.copyfileobj(answer, self.wfile)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            self._answer(b"", "text/plain", HTTPStatus.BAD_GATEWAY)
        finally:
            upstream.close()
        return None

    def _forwarded(self, answer: http.client.HTTPResponse) -> list[tuple[str, str]]:
        """Without a length, the end of the connection is the end of the body."""
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        if not any(name.lower() == "content-length" for name, _ in kept) and answer.status not in {204, 304}:
            self.close_connection = True
            kept.append(("Connection", "close"))
        return kept

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: addresses name patients."""


class StaticServer(ThreadingHTTPServer):
    """`root`: the folder; `api`: host and port of the product; `token`: what health shows of this run."""

    daemon_threads = True
    request_queue_size = 128  # of the five that the library lets wait, a browser alone has six

    def __init__(self, port: int, root: Path, api: str, token: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.root, self.token = root, token
        self.api = urlsplit(api).netloc


def main(arguments: list[str]) -> None:
    """Entry of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True)
    options = parser.parse_args(arguments)
    token = os.environ.get("YIHUI_RUN_TOKEN", "")
    StaticServer(options.port, options.root, options.api, token).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
