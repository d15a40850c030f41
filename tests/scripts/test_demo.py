"""A demo comes up; two at once, as two people or two checkouts start them, never meet each other's parts."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import console
import demo
import processes
from supervisor import answers

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL")
MAX_START = 400.0


def environment(local: Path) -> dict[str, str]:
    """A checkout's own: nothing of the test run's servers and settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("YIHUI_", "PYTEST_", "DJANGO_")) and name not in OURS
    }
    return kept | {"YIHUI_LOCAL_DIR": str(local)}


class Running:
    """One demo as a process of its own."""

    def __init__(self, local: Path, files: Path) -> None:
        self.local = local
        (local / "run").mkdir(parents=True)
        self.output = (local / "output").open("wb")
        command = [sys.executable, str(ROOT / "scripts" / "lib" / "demo.py"), "--small"]
        self.process = subprocess.Popen(
            command,
            env=environment(local) | {"YIHUI_CONSOLE_DIST": str(files)},
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        return (self.local / "output").read_text()

    def addresses(self) -> dict[str, str]:
        """Once it is ready."""
        noted = self.local / "run" / "addresses.json"
        ready = processes.wait_until(lambda: noted.exists() or self.process.poll() is not None, MAX_START)
        assert ready and noted.exists(), self.said()[-4000:]
        found: dict[str, str] = json.loads(noted.read_text())
        return found

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.output.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console, built."""
    built = console.Build(tmp_path_factory.mktemp("console") / "dist").wait()
    assert built
    return built


@pytest.fixture(scope="module")
def one(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("demo"), files)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def two(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    """Started at the same moment."""
    started = [Running(tmp_path_factory.mktemp(f"demo{number}"), files) for number in range(2)]
    try:
        yield started
    finally:
        for running in started:
            running.stop()


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def parts(known: dict[str, str]) -> list[str]:
    """Where its parts say that they are well."""
    return [
        f"{known['api']}/readyz",
        *(f"{known[name]}/healthz" for name in ("sandbox", "stream", "console")),
    ]


@pytest.mark.xdist_group("demos")
@pytest.mark.thorough
def test_a_demo_comes_up_with_all_its_parts(one: Running) -> None:
    known = one.addresses()
    assert all(answers(url, known["run"]) for url in parts(known))
    with urllib.request.urlopen(f"{known['console']}/console/", timeout=10) as page:
        assert b"main.js" in page.read()
    with urllib.request.urlopen(f"{known['console']}/api/admin/v1/schema", timeout=10) as document:
        assert document.read(8) == b"openapi:"
    assert get(f"{known['api']}/")["documents"]["admin"]["openapi"] == f"{known['api']}/api/admin/v1/schema"
    assert signs_in(known, known)
    for step in ("PostgreSQL", "Migrating", "Loading the sample", "api answers", "Ready"):
        assert step in one.said()


@pytest.mark.xdist_group("demos")
@pytest.mark.full  # as long as the first, and as busy
def test_two_demos_at_once_come_up_and_never_talk_to_each_others_parts(two: list[Running]) -> None:
    known, beside = (running.addresses() for running in two)
    assert not set(known.values()) & set(beside.values())
    for own, foreign in ((known, beside), (beside, known)):
        for url in parts(own):
            assert answers(url, own["run"])
            assert not answers(url, foreign["run"])
    # a sign-in goes through the demo's own sandbox: the other one has not heard of the person
    assert signs_in(known, known)
    with pytest.raises(urllib.error.HTTPError) as refused:
        signs_in(known, beside)
    assert json.load(refused.value)["code"] == "wechat_code_invalid"


def signs_in(known: dict[str, str], where: dict[str, str]) -> Any:
    """The token of a person of one demo's WeChat who signs in at a demo."""
    openid, phone = {"openid": "o-only-here"}, {"phone": "15400000001"}
    post(f"{known['sandbox']}/_sandbox/wechat/users", openid | phone)
    code = {"code": post(f"{known['sandbox']}/_sandbox/wechat/login-codes", openid)["code"]}
    return post(f"{where['api']}/api/miniprogram/v1/auth/wechat", code)["token"]


@pytest.mark.xdist_group("demos")
@pytest.mark.thorough
def test_a_demo_that_ended_leaves_nothing_behind(one: Running) -> None:
    known = one.addresses()
    one.stop()
    assert not processes.marked("YIHUI_SUPERVISOR", str((one.local / "run" / "demo").resolve()))
    for name in demo.FIRST_PORTS:
        assert processes.port_is_free(int(known[name].rpartition(":")[2]))


def test_a_claimed_port_is_left_to_its_claimant_before_it_is_bound() -> None:
    first = processes.free_port()
    port, claim = processes.claim_port(first)
    assert port == first
    with claim:
        other, second = processes.claim_port(first)
        second.close()
        assert other > first
    again, third = processes.claim_port(first)
    third.close()
    assert again == first


def test_a_port_that_a_stranger_has_is_passed_over() -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = int(stranger.getsockname()[1])
        port, claim = processes.claim_port(taken)
        claim.close()
    assert port > taken
