"""The document check: drift, the revision to compare with, and findings that are accepted."""

import subprocess
from pathlib import Path

import pytest

import openapi

pytestmark = pytest.mark.needs("git")

DOCUMENT = "openapi: 3.0.3\npaths:\n  /a:\n    get: {responses: {}}\n  /b:\n    get: {responses: {}}\n"
SHRUNK = "openapi: 3.0.3\npaths:\n  /a:\n    get: {responses: {}}\n"


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the three documents in two commits on main."""
    root = tmp_path / "project"
    folder = root / "openapi"
    folder.mkdir(parents=True)
    for name in openapi.AUDIENCES:
        (folder / f"{name}.yaml").write_text(DOCUMENT)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "first")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    monkeypatch.setattr(openapi, "ROOT", root)
    monkeypatch.setattr(openapi, "FOLDER", folder)
    monkeypatch.setattr(openapi, "ACCEPTED", folder / "ACCEPTED_BREAKING.txt")
    return root


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """What the code gives now: partners lost an operation."""
    folder = tmp_path / "fresh" / "openapi"
    folder.mkdir(parents=True)
    for name in openapi.AUDIENCES:
        (folder / f"{name}.yaml").write_text(SHRUNK if name == "partner" else DOCUMENT)
    return folder.parent


def test_a_document_that_is_not_the_codes_is_shown_as_a_difference(project: Path, fresh: Path) -> None:
    difference = openapi.drift(fresh)
    assert difference[0] == "--- openapi/partner.yaml"
    assert "-  /b:" in difference
    assert openapi.drift(project) == []


def test_the_base_is_the_last_tag_else_the_fork_else_the_commit_before(project: Path) -> None:
    assert openapi.base_revision() == git(project, "rev-parse", "HEAD~1")
    fork = git(project, "rev-parse", "HEAD")
    git(project, "checkout", "--quiet", "-b", "topic")
    git(project, "commit", "--quiet", "--allow-empty", "-m", "on a branch")
    git(project, "commit", "--quiet", "--allow-empty", "-m", "further")
    assert openapi.base_revision() == fork
    git(project, "tag", "v1", "HEAD~2")
    assert openapi.base_revision() == "v1"


def test_without_a_repository_there_is_no_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert openapi.base_revision() is None


def test_a_breaking_change_fails_until_a_line_accepts_it(project: Path, fresh: Path) -> None:
    assert openapi.unaccepted("HEAD", fresh) == ["partner GET /b was removed"]
    openapi.ACCEPTED.write_text("# reasons\nadmin GET /b *\n")
    assert openapi.unaccepted("HEAD", fresh) == ["partner GET /b was removed"]
    openapi.ACCEPTED.write_text("partner GET /b *  # never used\n")
    assert openapi.unaccepted("HEAD", fresh) == []


def test_a_document_that_the_base_does_not_have_breaks_nobody(project: Path, fresh: Path) -> None:
    git(project, "rm", "--quiet", "openapi/partner.yaml")
    git(project, "commit", "--quiet", "-m", "without partners")
    assert openapi.unaccepted("HEAD", fresh) == []
