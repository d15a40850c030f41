"""Of a change, the tests of the changed apps run and those of the apps above them."""

import subprocess
from pathlib import Path

import pytest

import affected
import steps

ABOVE = {"patients": {"billing", "workflows"}, "billing": {"workflows"}, "workflows": set()}
NEEDS = {
    "patients": {"tests.patients", "patients"},
    "billing": {"tests.billing", "billing", "tests.patients"},
    "workflows": {"tests.workflows", "workflows"},
    "contract": {"tests.contract", "contract"},
    "scripts": {"tests.scripts", "scripts"},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("backend/apps/patients/models.py", {"patients", "billing", "workflows"} | affected.WHOLE),
        ("backend/apps/billing/services/issue.py", {"billing", "workflows"} | affected.WHOLE),
        ("backend/workflows/subscribers.py", {"workflows"} | affected.WHOLE),
        ("tests/billing/test_bills.py", {"billing"}),
        ("tests/patients/support.py", {"patients", "billing"}),
        ("openapi/admin.yaml", {"contract"}),
        ("docs/operations.md", set()),
        ("backend/apps/patients/README.md", set()),
        ("CHANGELOG.md", set()),
    ],
)
def test_a_change_concerns_its_app_and_what_stands_above_it(path: str, expected: set[str]) -> None:
    assert affected.folders([path], ABOVE, NEEDS) == expected


@pytest.mark.parametrize(
    "path",
    [
        "backend/kernel/clock.py", "backend/config/settings/base.py", "backend/sandbox/app.py", "scripts/test",
        "tests/support/world.py", "tests/plugins/tiers.py", "tests/conftest.py", "pyproject.toml",
        "requirements.txt", "a-new-thing",
    ],
)  # fmt: skip
def test_what_belongs_to_no_app_concerns_all(path: str) -> None:
    assert affected.folders(["backend/apps/billing/models.py", path], ABOVE, NEEDS) is None


def test_the_apps_above_are_those_that_import_an_app_through_whomever() -> None:
    above = affected.apps_above()
    assert {"payments", "workflows"} <= above["patients"]
    assert above["workflows"] == set()
    assert "identity" not in above["payments"]


def test_tests_need_their_own_app_and_what_they_import() -> None:
    needs = affected.needs_of_tests()
    assert {"tests.payments", "payments", "scheduling"} <= needs["payments"]
    assert "workflows" in needs["workflows"]
    assert "bench" not in needs  # it holds no tests


def test_changed_is_what_differs_from_the_revision_new_files_included(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    for name in ("same", "moved", "edited"):
        (tmp_path / name).write_text(name * 20)
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    (tmp_path / "moved").rename(tmp_path / "to")
    (tmp_path / "edited").write_text("other")
    (tmp_path / "新").write_text("new")
    monkeypatch.setattr(affected, "ROOT", tmp_path)
    assert affected.changed("HEAD") == ["edited", "moved", "to", "新"]
    with pytest.raises(subprocess.CalledProcessError):
        affected.changed("no-such-revision")


def test_prose_concerns_no_test_and_a_revision_that_is_none_is_refused(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert steps.run_pytest("plain", [], affected_folders()) == 0
    assert "concerns no test" in capfd.readouterr().out
    assert steps.main(["--since", "no-such-revision", "pytest"]) == 2
    assert "git knows no revision no-such-revision." in capfd.readouterr().err


def affected_folders() -> list[Path]:
    """Of a change of prose."""
    found = affected.folders(["docs/operations.md"], ABOVE, NEEDS)
    assert found == set()
    return [affected.TESTS / name for name in found]
