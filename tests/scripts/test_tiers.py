"""Three tiers: each runs what it is marked with and all that is below it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.effort import examples

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest


def test_plain():
    pass


@pytest.mark.thorough
def test_thorough():
    pass


@pytest.mark.full
@pytest.mark.thorough
def test_full():
    pass


@pytest.mark.full
@pytest.mark.needs("python3", "no-such-program")
def test_lacking():
    pass
"""


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        ([], ["test_plain"]),
        (["--tier", "plain"], ["test_plain"]),
        (["--tier", "thorough"], ["test_thorough", "test_plain"]),
        (["--tier", "full"], ["test_full", "test_lacking", "test_thorough", "test_plain"]),
    ],
)
def test_a_tier_runs_its_own_tests_and_all_below(tmp_path: Path, tier: list[str], names: list[str]) -> None:
    said = run(tmp_path, *tier, "-v")
    assert [
        line.split("::")[1].split()[0] for line in said.splitlines() if "::" in line and "%]" in line
    ] == names


def test_what_was_skipped_for_lack_of_a_program_is_named_at_the_end(tmp_path: Path) -> None:
    said = run(tmp_path, "--tier", "full")
    assert (
        said.splitlines()[-3]
        == "no-such-program is not installed: 1 tests, test_suite.py::test_lacking first"
    )


def test_the_widest_tier_invents_more_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YIHUI_TEST_EXAMPLES", raising=False)
    assert examples(8) == 8
    monkeypatch.setenv("YIHUI_TEST_EXAMPLES", "10")
    assert examples(8) == 80


def run(folder: Path, *arguments: str) -> str:
    """What pytest says about the small suite, which passes."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  thorough\n  full\n  needs\n")
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.plugins.tiers"]\n')
    (folder / "test_suite.py").write_text(SUITE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments, "."]
    environment |= {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
