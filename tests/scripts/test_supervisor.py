"""What is supervised comes up, is brought up again, and leaves nothing behind however it ends."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import processes
import supervisor
from supervisor import MARK, Failed, Service, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
# A program that starts another one in a session of its own and ignores being asked to stop.
STUBBORN_PROGRAM = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""
STUBBORN = [sys.executable, "-c", STUBBORN_PROGRAM]


@pytest.fixture(autouse=True)
def signal_handlers() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def made(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "run", tmp_path / "log", cwd=tmp_path)


def ours(made: Supervisor) -> list[int]:
    return processes.marked(MARK, str(made.run_dir))


def test_leaving_ends_programs_their_children_and_the_deaf(
    made: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.5)
    with made:
        made.start(Service("sleeper", SLEEPER))
        made.start(Service("stubborn", STUBBORN))
        assert processes.wait_until(lambda: len(ours(made)) == 3, 10)
    assert ours(made) == []


def test_what_a_killed_run_left_is_ended_by_the_next(made: Supervisor, tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import pathlib, sys, time
        from supervisor import Service, Supervisor
        folder = pathlib.Path({str(tmp_path)!r})
        with Supervisor(folder / "run", folder / "log", cwd=folder) as made:
            made.start(Service("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"]))
            print("up", flush=True)
            time.sleep(60)
    """)
    environment = os.environ | {"PYTHONPATH": str(Path(supervisor.__file__).parent)}
    former = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
    assert former.stdout
    former.stdout.readline()
    with pytest.raises(Failed, match=f"already, as process {former.pid}"), made:
        pass
    former.kill()
    former.wait()
    former.stdout.close()
    left = ours(made)
    assert left
    with made:
        assert not any(processes.alive(pid) for pid in left)


def test_a_program_that_ends_at_once_fails_the_start_with_its_log(made: Supervisor) -> None:
    with made, pytest.raises(Failed, match="no such key"):
        service = Service(
            "broken", [sys.executable, "-c", "raise SystemExit('no such key')"], "http://127.0.0.1:9/"
        )
        made.start(service)
        made.wait_healthy(service)


def test_a_program_that_dies_is_started_again_until_it_has_died_too_often(made: Supervisor) -> None:
    told: list[str] = []
    with made, pytest.raises(Failed, match="ended 5 times in a minute"):
        made.start(Service("brief", [sys.executable, "-c", "raise SystemExit(3)"]))
        made.watch(told.append)
    assert told == ["brief ended with 3; starting it again."] * 4


def test_children_of_a_program_that_died_are_ended_before_it_is_started_again(made: Supervisor) -> None:
    parent = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    seen: list[list[int]] = []
    with made, pytest.raises(Failed):
        made.start(Service("parent", [sys.executable, "-c", parent]))
        made.watch(lambda _: seen.append(ours(made)))
    assert all(len(pids) <= 1 for pids in seen)
