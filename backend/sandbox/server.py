"""A threaded keep-alive HTTP/1.1 server that routes to the providers and applies injected faults."""

import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.faults import Faults
from sandbox.provider import Handler, Provider, Routes
from sandbox.wire import BadRequest, Request, Response, reply

MAX_BODY = 4 * 1024 * 1024


class Router:
    """Exact paths, and paths whose `{name}` segments become `request.params`."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._exact: dict[tuple[str, str], tuple[Provider | None, Handler]] = {}
        self._patterns: list[tuple[str, list[str], Provider | None, Handler]] = []

    def add_provider(self, provider: Provider) -> None:
        self._add(provider.routes(), provider)

    def add_control(self, routes: Routes, prefix: str = "") -> None:
        self._add({(method, prefix + path): handler for (method, path), handler in routes.items()}, None)

    def _add(self, routes: Routes, provider: Provider | None) -> None:
        for (method, path), handler in routes.items():
            if "{" in path:
                self._patterns.append((method, path.split("/"), provider, handler))
            else:
                self._exact[method, path] = (provider, handler)

    def dispatch(self, request: Request) -> Response | None:
        """The answer, or None to close the connection without one."""
        found = self._exact.get((request.method, request.path)) or self._match(request)
        if found is None:
            return reply({"error": "no such path"}, 404)
        provider, handler = found
        return handler(request) if provider is None else self._with_faults(provider, handler, request)

    def _match(self, request: Request) -> tuple[Provider | None, Handler] | None:
        segments = request.path.split("/")
        for method, pattern, provider, handler in self._patterns:
            if method != request.method or len(pattern) != len(segments):
                continue
            pairs = list(zip(pattern, segments, strict=True))
            if all(want == got or want.startswith("{") for want, got in pairs):
                request.params = {want[1:-1]: unquote(got) for want, got in pairs if want.startswith("{")}
                return provider, handler
        return None

    def _with_faults(self, provider: Provider, handler: Handler, request: Request) -> Response | None:
        resets = self._faults.resets
        plan = self._faults.plan(provider.name, provider.operation(request))
        time.sleep(plan.delay_ms / 1000)
        if resets != self._faults.resets:
            return None
        fault = plan.fault
        if fault is None:
            return handler(request)
        if fault.kind == "close":
            return None
        if fault.kind == "http_error":
            return Response(fault.status, b"<html><body>error</body></html>", "text/html")
        if fault.kind == "code":
            return provider.fault_reply(fault.code)
        handler(request)
        time.sleep(fault.delay_ms / 1000)
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one segment
    server: "SandboxServer"

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            self._write(reply({"error": "body too large"}, 413))
            return
        response = self._answer(self._request(self.rfile.read(length)))
        if response is None:
            self.close_connection = True
        else:
            self._write(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _request(self, body: bytes) -> Request:
        url = urlsplit(self.path)
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, url.path, self.path, headers, body, query)

    def _answer(self, request: Request) -> Response | None:
        try:
            return self.server.router.dispatch(request)
        except BadRequest as error:
            return reply({"error": str(error)}, error.status)
        except Exception:  # noqa: BLE001 - a mistake in one handler must not end the connection's thread
            traceback.print_exc(file=sys.stderr)
            return reply({"error": "the sandbox failed, see its error output"}, 500)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Requests carry tokens and phone numbers: none of them is logged."""


class SandboxServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, router: Router) -> None:
        self.router = router
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer looks up the host's name here, which can take seconds on a machine without DNS.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away mid-request is normal here: time-outs are what is being tested."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            traceback.print_exc(file=sys.stderr)
