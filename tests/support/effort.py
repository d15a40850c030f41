"""How many examples a test invents: more of them in the full tier, or by YIHUI_TEST_EXAMPLES."""

import os
import zlib
from collections.abc import Sequence
from typing import Any


def sample(values: Sequence[Any], of: str, usual: int) -> list[Any]:
    """All values in the full tier; else `usual` of them, others for every `of`, the same in every run."""
    count = min(len(values), examples(usual))
    start = zlib.crc32(of.encode()) % len(values) if values else 0
    return [*values[start:], *values[:start]][:count]


def examples(usual: int) -> int:
    """So many, times the factor of the environment."""
    return usual * int(os.environ.get("YIHUI_TEST_EXAMPLES", "1"))
