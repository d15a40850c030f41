"""A failure is looked at again alone: what passes then is named unstable, what fails again fails the run."""

import os
import sys
from pathlib import Path

import pytest

import pytest_run

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import os
from pathlib import Path

import pytest

LOG = Path(__file__).with_name("log")


def log(name):
    with LOG.open("a") as file:
        file.write(name + "\\n")
    return LOG.read_text().split().count(name)


@pytest.mark.xdist_group("some")
@pytest.mark.parametrize("who", ["a@b::c/d e"])
def test_moody(who):
    assert log("moody") > 1


@pytest.fixture
def thing():
    assert log("thing") > 1


def test_with_a_moody_fixture(thing):
    pass


def test_broken():
    assert log("broken") > int(os.environ["BROKEN"])


def test_dies_at_first():
    if log("deadly") == 1 and os.environ["DEADLY"] == "1":
        os._exit(3)


def test_well():
    log("well")
"""
GROUP = """
import os
from pathlib import Path

import pytest


@pytest.mark.xdist_group("some")
@pytest.mark.parametrize("number", range(10))
def test_together(number):
    with Path(__file__).with_name("log").open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Tests that fail the first time, and one that fails as often as BROKEN says."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.plugins.failures"]\n')
    (tmp_path / "test_suite.py").write_text(SUITE)
    return tmp_path


def run(suite: Path, *arguments: str, broken: int = 0, deadly: int = 0) -> int:
    """The exit code."""
    more = {"PYTHONPATH": str(ROOT), "BROKEN": str(broken), "DEADLY": str(deadly)}
    more["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist"]
    return pytest_run.run(command, [*arguments, "."], cwd=suite, environment=kept | more)


def logged(suite: Path) -> list[str]:
    return (suite / "log").read_text().split()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_passes_when_run_again_alone_is_named_unstable_last_and_the_run_passes(
    suite: Path, workers: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "-n", workers, "--dist", "loadgroup") == pytest_run.PASSED
    lines = capfd.readouterr().out.splitlines()
    assert lines[-3] == "── UNSTABLE, failed and then passed alone: 2"
    assert {line.strip() for line in lines[-2:]} == {
        "test_suite.py::test_moody[a@b::c/d e]",
        "test_suite.py::test_with_a_moody_fixture",
    }
    assert sorted(logged(suite)) == ["broken", "deadly", "moody", "moody", "thing", "thing", "well"]
    assert sorted(logged(suite)[-2:]) == ["moody", "thing"]  # after all others


def test_what_fails_again_fails_the_run_and_the_unstable_are_named_beside_it(
    suite: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "-n", "0", broken=2) == pytest_run.FAILED
    out = capfd.readouterr().out
    assert "UNSTABLE, failed and then passed alone: 2" in out
    assert "test_broken" not in out.partition("UNSTABLE")[2]


def test_a_test_whose_worker_died_runs_again_too(suite: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(suite, "-n", "2", "-k", "dies or well", deadly=1) == pytest_run.PASSED
    assert capfd.readouterr().out.splitlines()[-1].strip() == "test_suite.py::test_dies_at_first"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_stopped_at_its_first_failure_is_not_passed_by_running_that_again(
    suite: Path, workers: str
) -> None:
    assert run(suite, "-n", workers, "-x", "-k", "moody and not fixture") != pytest_run.PASSED
    assert logged(suite) == ["moody"]


def test_many_failures_have_one_cause_and_are_no_chance(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytest_run, "MAX_AGAIN", 1)
    assert run(suite, "-n", "0") == pytest_run.FAILED
    assert logged(suite).count("moody") == 1


def test_tests_of_one_group_run_on_one_worker_whatever_pytest_does_to_their_ids(suite: Path) -> None:
    (suite / "test_suite.py").write_text(GROUP)
    assert run(suite, "-n", "2", "--dist", "loadgroup") == pytest_run.PASSED
    assert len(logged(suite)) == 10
    assert len(set(logged(suite))) == 1
