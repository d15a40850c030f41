"""面额: the notes and coins that a drawer is counted by."""

from collections.abc import Mapping

#: Name → worth of one in fen, the largest first.
WORTH: Mapping[str, int] = {
    "yuan_100": 10_000, "yuan_50": 5_000, "yuan_20": 2_000, "yuan_10": 1_000, "yuan_5": 500, "yuan_1": 100,
    "jiao_5": 50, "jiao_1": 10,
}  # fmt: skip
#: So many of one kind are believed.
MAX_PIECES = 100_000


def worth(cash: Mapping[str, int]) -> int:
    """What these notes and coins (name → how many) are worth together, in fen."""
    return sum(WORTH[name] * number for name, number in cash.items())


def pieces(values: Mapping[str, object]) -> dict[str, int]:
    """How many of each, of values among which others may stand; what is not named is none."""
    return {name: int(str(values.get(name) or 0)) for name in WORTH}
