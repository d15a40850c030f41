"""What the console is built to, once for all that look at it."""

from pathlib import Path

import pytest

import console


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the console, type-checked and made."""
    build = console.Build(tmp_path_factory.mktemp("console") / "dist")
    files = build.wait()
    assert files, build.log.read_text()
    return files
