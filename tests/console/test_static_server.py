"""The console's files under a policy without foreign scripts, nothing outside their folder, and the API behind them."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import static_server

pytestmark = pytest.mark.requirement("INT-04")


class Upstream(BaseHTTPRequestHandler):
    """Says back what it was asked."""

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = f"{self.path} {self.headers['Authorization']} {body.decode()}".encode()
        self.send_response(409)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a body without a length")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def served(tmp_path: Path, upstream: HTTPServer) -> Iterator[http.client.HTTPConnection]:
    (tmp_path / "outside").write_text("secret")
    root = tmp_path / "dist"
    (root / "console").mkdir(parents=True)
    (root / "index.html").write_text("<p>医汇</p>")
    (root / "console" / "main.js").write_text("export {};")
    (root / "link").symlink_to(tmp_path / "outside")
    api = f"http://127.0.0.1:{upstream.server_port}"
    with static_server.StaticServer(0, root, api, "run-1") as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        yield connection
        connection.close()
        server.shutdown()


def get(served: http.client.HTTPConnection, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    served.putrequest("GET", path)
    served.endheaders()
    answer = served.getresponse()
    return answer, answer.read()


def test_the_page_runs_no_script_but_its_own_files(served: http.client.HTTPConnection) -> None:
    answer, body = get(served, "/console/")
    assert (answer.status, body.decode()) == (200, "<p>医汇</p>")
    directives = dict(
        each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";")
    )
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["object-src"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_script_comes_as_one(served: http.client.HTTPConnection) -> None:
    answer, _ = get(served, "/console/console/main.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    [
        "/console/../outside",
        "/console/%2e%2e/outside",
        "/console/..%2foutside",
        "/console/console/../../outside",
        "/console//etc/passwd",
        "/console/link",
        "/console/%00",
        "/console/console",
        "/outside",
    ],
)
def test_nothing_outside_the_folder_is_served(served: http.client.HTTPConnection, path: str) -> None:
    answer, body = get(served, path)
    assert answer.status == 404
    assert b"secret" not in body


def test_the_api_is_behind_it(served: http.client.HTTPConnection) -> None:
    served.request("PATCH", "/api/x?y=1", "你好".encode(), {"Authorization": "Bearer t"})
    answer = served.getresponse()
    assert (answer.status, answer.read().decode()) == (409, "/api/x?y=1 Bearer t 你好")
    answer, body = get(served, "/api/export")
    assert (answer.status, body) == (200, b"a body without a length")
    assert get(served, "/console/")[0].status == 200


def test_nothing_but_the_api_takes_anything(served: http.client.HTTPConnection) -> None:
    served.request("POST", "/console/", b"x")
    assert served.getresponse().status == 405


def test_a_browser_that_opens_many_connections_at_once_has_them_all(tmp_path: Path) -> None:
    with (
        static_server.StaticServer(0, tmp_path, "http://127.0.0.1:9", "") as server,
        ExitStack() as open_ones,
    ):
        for _ in range(32):  # none is taken up yet
            one = socket.create_connection(("127.0.0.1", server.server_port), timeout=2)
            open_ones.enter_context(one)


def test_an_api_that_is_away_is_told(tmp_path: Path) -> None:
    with static_server.StaticServer(0, tmp_path, "http://127.0.0.1:9", "") as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        assert get(connection, "/api/x")[0].status == 502
        connection.close()
        server.shutdown()


def test_health_shows_the_run_it_belongs_to(served: http.client.HTTPConnection) -> None:
    assert get(served, "/healthz")[1] == b'{"run": "run-1"}'


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "١"])
def test_a_length_that_is_no_number_is_a_bad_request(served: http.client.HTTPConnection, length: str) -> None:
    served.putrequest("PATCH", "/api/admin/v1/x")
    served.putheader("Content-Length", length.encode())
    served.endheaders()
    assert served.getresponse().status == 400
