"""The console in a real browser against the running product: every page, and the journeys, by clicks."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import console
import demo
import processes
from supervisor import answers
from tests.plugins.figures import FIGURE
from tests.support.live import LiveStack, live_stack

pytestmark = [
    pytest.mark.requirement("INT-04"),
    pytest.mark.full,
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("console"),
]
SAMPLE = ["--patients", "200", "--appointments", "200"]
PARTS = ("account", "pages", "office", "care", "money")
#: How lines begin that tell what a page took.
MEASURED = "page "
Recorder = Callable[[str, object], None]
NEW_PASSWORD = "Console-journey-2026!"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    with live_stack(tmp_path_factory.mktemp("live"), sample=SAMPLE) as running:
        yield running


@pytest.fixture(scope="module")
def address(stack: LiveStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the console of this stack is served."""
    files = console.Build(tmp_path_factory.mktemp("console") / "dist").wait()
    assert files
    url = f"http://127.0.0.1:{processes.free_port()}"
    service = demo.console_service(url, stack.api, files, stack.token)
    server = subprocess.Popen(service.command, env=os.environ | stack.environment)
    try:
        assert processes.wait_until(lambda: answers(f"{url}/healthz", stack.token), 20)
        yield f"{url}/console/"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture(scope="module")
def accounts(stack: LiveStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Who can sign in at once: first passwords are changed."""
    content = json.loads(stack.accounts_file.read_text())
    for row in content["accounts"]:
        if row["must_change_password"]:
            change_password(f"{stack.api}/api/admin/v1/auth", row)
    file = tmp_path_factory.mktemp("accounts") / "accounts.json"
    file.write_text(json.dumps(content))
    return file


def change_password(base: str, row: dict[str, str]) -> None:
    said = post(f"{base}/sign-in", {"username": row["username"], "password": row["password"]})
    body = {"current_password": row["password"], "new_password": NEW_PASSWORD}
    post(f"{base}/change-password", body, json.loads(said)["token"])
    row["password"] = NEW_PASSWORD


def post(url: str, body: dict[str, str], token: str = "") -> bytes:
    headers = {"content-type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        said: bytes = answer.read()
        return said


@pytest.mark.parametrize("part", PARTS)
def test_the_console_works_by_clicks(
    stack: LiveStack, address: str, accounts: Path, part: str, tmp_path: Path, record_property: Recorder
) -> None:
    settings = tmp_path / "settings.json"
    told: dict[str, object] = {
        "console_url": address,
        "accounts_file": str(accounts),
        "pictures": str(tmp_path),
    }
    told["clock_ahead"] = stack.now().timestamp() - time.time()
    settings.write_text(json.dumps(told | {"browser": shutil.which("chromium")}))
    command = f"tsc -p . && node build/browser/main.js '{settings}' {part}"
    done = subprocess.run([*console.SHELL, "bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    lines = done.stdout.splitlines()
    assert lines[-1].endswith(" passed, 0 failed")
    for line in lines:
        if line.startswith(MEASURED):
            record_property(FIGURE, line)
