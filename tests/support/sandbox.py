"""The sandbox in a process of its own, for every test that speaks to a provider: everything goes over real sockets."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

BACKEND = Path(__file__).parents[2] / "backend"
MAX_MESSAGES = 1000


class Sandbox:
    """The control API from a test's side; `http` reaches the providers' own paths too."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call of the control API; a refusal fails the test."""
        response = self.http.request(method, f"/_sandbox/{path}", json=body)
        assert response.status_code < 300, response.text
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    def user(self, **given: Any) -> dict[str, Any]:
        """A person; ids and phone are made up unless given."""
        return self.control("POST", "wechat/users", given)

    def login_code(self, openid: str) -> str:
        return str(self.control("POST", "wechat/login-codes", {"openid": openid})["code"])

    def phone_code(self, openid: str) -> str:
        return str(self.control("POST", "wechat/phone-codes", {"openid": openid})["code"])

    def consent(self, openid: str, template_id: str, times: int = 1) -> int:
        """Adds to the person's consents; returns what is left."""
        body = {"openid": openid, "template_id": template_id, "times": times}
        return int(self.control("POST", "wechat/consents", body)["left"])

    def faults(self, provider: str, *rules: dict[str, Any]) -> None:
        """Exactly these faults from now on."""
        self.control("PUT", f"faults/{provider}", {"faults": list(rules)})

    def settings(self, provider: str, **changes: Any) -> None:
        self.control("PATCH", f"settings/{provider}", changes)

    def messages(self, **filters: Any) -> list[dict[str, Any]]:
        """What the providers have sent to people, newest first."""
        response = self.http.get("/_sandbox/messages", params={"limit": MAX_MESSAGES, **filters})
        assert response.status_code == 200, response.text
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    def advance(self, seconds: float) -> None:
        """Moves the providers' clocks."""
        self.control("POST", "clock", {"advance_seconds": seconds})


@contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """A sandbox on a free port, with the accounts that the local settings name."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    sandbox = Sandbox(process.stdout.readline().strip())
    try:
        yield sandbox
    finally:
        sandbox.http.close()
        process.terminate()
        process.wait(5)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One sandbox for all tests of this process."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any, redis_url: str) -> Iterator[Sandbox]:
    """The providers, empty as after their start; the product's settings and clients point at them."""
    sandbox_process.control("POST", "reset")
    settings.WECHAT_BASE_URL = sandbox_process.url
    settings.ALIYUN_SMS_ENDPOINT = sandbox_process.url.removeprefix("http://")
    settings.HIS_BASE_URL = sandbox_process.url
    with redis.Redis.from_url(redis_url) as store:
        for app_id in (settings.WECHAT_APP_ID, settings.WECHAT_OA_APP_ID):
            store.delete(f"yihui:wechat:token:{app_id}", f"yihui:wechat:token:{app_id}:lock")
    _forget_clients()
    yield sandbox_process
    _forget_clients()


def _forget_clients() -> None:
    """Clients live as long as the process, with the settings they were made from."""
    from apps.identity.adapters import factory as wechat
    from apps.integrations.adapters import factory as integrations
    from apps.messaging.channels import factory as channels

    for make in (
        wechat.mini_program,
        wechat.official_account,
        channels.wechat_subscribe,
        channels.wechat_template,
        channels.aliyun_sms,
        integrations.his_client,
    ):
        make.cache_clear()
