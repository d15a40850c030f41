"""Every test of files has a storage and kinds of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.files.support import Readers, kinds


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Where the bytes are."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def readers() -> Iterator[Readers]:
    """Who may read files of the tests' kinds."""
    with kinds() as known:
        yield known
