"""The lock check must be able to fail, and must not fail for what happens elsewhere."""

from pathlib import Path

import pytest

from lockfile import problems

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text()


@pytest.fixture
def requirements() -> str:
    return (ROOT / "requirements.txt").read_text()


def without(requirements: str, name: str) -> str:
    """The pins without this package's, its hashes included."""
    kept, skipping = [], False
    for line in requirements.splitlines():
        if not line.startswith(" "):
            skipping = line.startswith(f"{name}==")
        if not skipping:
            kept.append(line)
    return "\n".join(kept)


def test_the_committed_pins_are_an_export_of_the_project(pyproject: str, requirements: str) -> None:
    assert problems(pyproject, requirements) == []


def test_a_dependency_that_was_added_without_an_export_fails(pyproject: str, requirements: str) -> None:
    changed = pyproject.replace("dependencies = [", 'dependencies = [\n  "left-pad-for-hospitals",', 1)
    assert problems(changed, requirements) == [
        "left-pad-for-hospitals: asked for by pyproject.toml, not pinned"
    ]


def test_a_dependency_that_was_removed_without_an_export_fails(pyproject: str, requirements: str) -> None:
    changed = "\n".join(line for line in pyproject.splitlines() if '"xlsxwriter' not in line)
    assert problems(changed, requirements) == ["xlsxwriter: pinned, but nothing asks for it"]


def test_a_range_that_excludes_the_pin_fails(pyproject: str, requirements: str) -> None:
    found = problems(pyproject.replace('"django>=5.2,<5.3"', '"django>=6"'), requirements)
    assert any(line.startswith("django: pinned to") and line.endswith("asks for >=6") for line in found)


def test_an_extra_that_was_added_without_an_export_fails(pyproject: str, requirements: str) -> None:
    found = problems(pyproject.replace('"httpx>=0.27"', '"httpx[http2]>=0.27"'), requirements)
    assert found == ["h2: asked for by httpx, not pinned"]


def test_a_missing_transitive_pin_fails(pyproject: str, requirements: str) -> None:
    found = problems(pyproject, without(requirements, "asgiref"))
    assert found
    assert all(line.startswith("asgiref: asked for by ") for line in found)


def test_a_pin_without_hashes_fails(pyproject: str, requirements: str) -> None:
    lines, kept = iter(requirements.splitlines()), []
    for line in lines:
        if line.startswith("orjson=="):
            kept.append(line.removesuffix("\\"))
            line = next(rest for rest in lines if not rest.startswith(" "))
        kept.append(line)
    assert problems(pyproject, "\n".join(kept)) == ["orjson: no hash"]
