"""Numbers that become free at once while people wait."""

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.table import Line

AT_ONCE, SECONDS = 500, 1.0


def measure(quick: bool) -> list[Line]:
    """One number, then 500 at once: as many statements, each number offered once."""
    source = dataset(10_000)
    name = "bench_waitlist"
    url = copy_of(source, name)
    try:
        found = inside(url, "offer_waiting", AT_ONCE)
    finally:
        drop(name)
    one, many = found["one"], found["many"]
    right = found["right"] and many["queries"] == one["queries"]
    return [
        Line(
            "waitlist",
            f"{AT_ONCE} numbers offered at once",
            f"{many['seconds']:.2f} s, {many['queries']:.0f} statements",
            f"one: {one['seconds']:.2f} s, {one['queries']:.0f} statements",
            many["seconds"] / one["seconds"],
            f"<= {SECONDS:.0f} s",
            right and many["seconds"] <= SECONDS,
        )
    ]
