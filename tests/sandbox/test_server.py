"""The sandbox as a server: quick to start, keep-alive, faults, messages, reset."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.faults import Faults
from sandbox.inbox import Inbox
from tests.support.waiting import wait_until

from .conftest import BACKEND, MINI_PROGRAM, SandboxDriver

SESSION = "/sns/jscode2session"


def test_it_answers_as_soon_as_it_has_named_its_address() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert httpx.get(f"{process.stdout.readline().strip()}/healthz").json() == {"status": "ok"}
    finally:
        process.terminate()
        process.wait(5)


def test_settings_of_a_file_apply_and_survive_a_reset(tmp_path) -> None:
    (tmp_path / "settings.json").write_text('{"wechat": {"token_seconds": 60}}')
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--settings", str(tmp_path / "settings.json")]
    process = subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        driver = SandboxDriver(process.stdout.readline().strip())
        driver.settings("wechat", token_seconds=30)
        driver.control("POST", "reset")
        assert driver.token(("wx00000000sandbox1", "sandbox-mini-program-secret"))["expires_in"] == 60
    finally:
        process.terminate()
        process.wait(5)


def test_a_connection_is_kept_alive_over_many_requests(sandbox) -> None:
    address = urlsplit(sandbox.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_requests_run_at_the_same_time(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "delay", "delay_ms": 500})
    started = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: httpx.get(f"{sandbox.url}{SESSION}"), range(10)))
    assert 0.5 <= time.monotonic() - started < 4, "one after the other they take five seconds"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/_sandbox/faults/nobody", None, 404),
        ("PUT", "/_sandbox/faults/wechat", {"faults": [{"kind": "earthquake"}]}, 400),
        ("PUT", "/_sandbox/faults/wechat", {"faults": [{"kind": "code"}]}, 400),
        ("PATCH", "/_sandbox/settings/wechat", {"colour": "red"}, 400),
        ("POST", "/_sandbox/clock", {}, 400),
        ("POST", "/_sandbox/wechat/login-codes", {"openid": "nobody"}, 404),
        ("POST", "/_sandbox/aliyun_sms/uplinks", {"phone": "13900000000", "content": "TD"}, 409),
    ],
)
def test_a_wrong_control_call_says_what_is_wrong(sandbox, method, path, body, status) -> None:
    response = sandbox.http.request(method, path, json=body)
    assert response.status_code == status
    assert response.json()["error"]


def test_an_http_error_happens_as_often_as_asked(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "http_error", "times": 2})
    statuses = [sandbox.http.get(SESSION).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_a_fault_without_a_count_lasts_until_it_is_removed(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "http_error", "status": 503})
    assert [sandbox.http.get(SESSION).status_code for _ in range(3)] == [503] * 3
    sandbox.control("DELETE", "faults/wechat")
    assert sandbox.http.get(SESSION).status_code == 200


def test_a_closed_connection_gives_no_answer(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "close", "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{sandbox.url}{SESSION}")


def test_a_fault_touches_only_the_operation_it_names(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "code", "code": -1, "operation": "/cgi-bin/*"})
    assert sandbox.token()["errcode"] == -1
    assert sandbox.http.get(SESSION).json()["errcode"] == 40013


def test_silence_after_the_work_has_done_the_work(sandbox) -> None:
    user = sandbox.user()
    code = sandbox.login_code(user["openid"])
    query = {"js_code": code, "appid": MINI_PROGRAM[0], "secret": MINI_PROGRAM[1]}
    query["grant_type"] = "authorization_code"
    sandbox.faults("wechat", {"kind": "silent_after_work", "delay_ms": 10_000, "times": 1})
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{sandbox.url}{SESSION}", params=query, timeout=0.3)
    assert sandbox.http.get(SESSION, params=query).json()["errcode"] == 40029, "the code was used up"


def test_what_waited_when_all_was_reset_does_nothing_to_what_comes_after(sandbox) -> None:
    sandbox.faults("wechat", {"kind": "delay", "delay_ms": 600, "times": 1})
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(httpx.get, f"{sandbox.url}{SESSION}")
        wait_until(lambda: sandbox.control("GET", "faults/wechat")["faults"][0]["times"] == 0)
        sandbox.control("POST", "reset")
        with pytest.raises(httpx.RemoteProtocolError):
            late.result()
    assert sandbox.http.get(SESSION).status_code == 200


def test_a_delay_and_another_fault_add_up() -> None:
    faults = Faults()
    faults.put("p", [{"kind": "delay", "delay_ms": 5}, {"kind": "close", "times": 1}, {"kind": "http_error"}])
    first, second = faults.plan("p", "x"), faults.plan("p", "x")
    assert (first.delay_ms, first.fault.kind) == (5, "close")
    assert (second.delay_ms, second.fault.kind) == (5, "http_error")


def test_the_inbox_is_bounded_filtered_and_newest_first() -> None:
    inbox = Inbox(capacity=3)
    for number in range(5):
        inbox.add({"provider": "p", "to": "a" if number % 2 else "b", "text": f"text {number}"})
    assert [message["text"] for message in inbox.find({}, 10)[1]] == ["text 4", "text 3", "text 2"]
    assert inbox.find({"to": "b"}, 1) == (2, [{"id": 5, "provider": "p", "to": "b", "text": "text 4"}])
    assert inbox.find({"text": "3"}, 10)[0] == 1
