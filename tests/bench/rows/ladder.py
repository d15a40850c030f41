"""The ladder of lists: the same page at every size of the hospital, whoever looks and whatever was granted."""

from typing import Any

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.table import Line

DATABASE = "bench_ladder"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
QUICK = (10_000, 30_000)
GRANTS = (0, 1, 100, 10_000)
MAX_READ, PAGE, GROWTH = 50, 20, 1.3
#: Lists whose rows count rows of their own, and how many a row may have: a session counts its 40 to 60 numbers.
COUNTED = {"/api/admin/v1/clinic-sessions": 60}
#: Below this the clock of a busy machine says nothing about growth.
NOTICEABLE_MS = 15.0
Key = tuple[str, str, int]


def measure(quick: bool) -> list[Line]:
    """Rows read by the worst plan of each list, and how its time grows from the smallest size to the largest."""
    first: dict[Key, float] = {}
    lines = []
    for size in QUICK if quick else SIZES:
        found = _at(size)
        lines += [_reads(size, found), _grows(size, found, first)]
    return lines


def _at(size: int) -> list[dict[str, Any]]:
    url = copy_of(dataset(size), DATABASE)
    try:
        answered: list[dict[str, Any]] = inside(url, "ladder", list(GRANTS))
        return answered
    finally:
        drop(DATABASE)


def _reads(size: int, found: list[dict[str, Any]]) -> Line:
    lists = [one for one in found if one["shown"] is not None]
    over = [one for one in lists if one["read"] > _allowed(one)]
    for one in sorted(over, key=lambda one: -one["read"])[:20]:
        print(f"  {size:,}: {one['path']} as {one['role']}, {one['grants']} grants: {one['read']:,} rows for "
              f"{one['shown']}, {one['ms']} ms\n    {one['sql']}")  # fmt: skip
    worst = max(one["read"] for one in lists)
    what = f"rows read at {size:,} ({len(lists)} lists × roles × grants)"
    return Line(
        "ladder",
        what,
        f"{worst:,}, {len(over)} over",
        "",
        None,
        f"<= {MAX_READ} x shown and what it counts, or the grants",
        not over,
    )


def _allowed(one: dict[str, Any]) -> int:
    """Rows that a page may read: by the rows it shows and what each of them counts, or by the reader's grants."""
    shown = max(PAGE, one["shown"])
    return max((MAX_READ + COUNTED.get(one["path"], 0)) * shown, one["grants"])


def _grows(size: int, found: list[dict[str, Any]], first: dict[Key, float]) -> Line:
    growth = {}
    for one in found:
        key = (one["path"], one["role"], one["grants"])
        before = first.setdefault(key, one["ms"])
        if one["ms"] > NOTICEABLE_MS:
            growth[key] = one["ms"] / before
    worst = max(growth, key=growth.__getitem__, default=None)
    figure = f"{growth[worst]:.2f} ({worst[0]}, {worst[1]}, {worst[2]})" if worst else "none is noticeable"
    slow = max(one["ms"] for one in found)
    limit = f"slowest {slow:.1f} ms"
    met = worst is None or growth[worst] <= GROWTH
    return Line("ladder", f"  time at {size:,} / first", figure, limit, None, f"<= {GROWTH}", met)
