"""How many examples a test invents: more of them in the full tier, or by YIHUI_TEST_EXAMPLES."""

import os


def examples(usual: int) -> int:
    """So many, times the factor of the environment."""
    return usual * int(os.environ.get("YIHUI_TEST_EXAMPLES", "1"))
