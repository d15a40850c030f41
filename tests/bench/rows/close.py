"""Closing a day, and what it costs the postings that days can be closed."""

from tests.bench.data import copy_of, drop, inside, kept
from tests.bench.table import Line

CLOSE_SECONDS, POSTING = 10.0, 1.15


def measure(quick: bool) -> list[Line]:
    """A day of 50,000 payments, either way."""
    payments = 50_000
    source = kept(f"bench_close_{payments}", lambda url: inside(url, "fill_day", payments))
    url = copy_of(source, "bench_close")
    try:
        closed = inside(url, "close_the_day")
        posted = inside(url, "posting_times", 1_000 if quick else 5_000)
    finally:
        drop("bench_close")
    ratio = posted["held"] / posted["free"]
    return [
        Line(
            "close", f"first close, {payments:,} payments, {closed['transactions']:,} transactions",
            f"{closed['first']:.2f} s", "", None, f"<= {CLOSE_SECONDS:.0f} s",
            closed["first"] <= CLOSE_SECONDS and closed["sound"],
        ),
        Line("close", "the next day, without payments", f"{closed['second']:.2f} s"),
        Line(
            "close", "a posting, median", f"{posted['held']:.2f} ms", f"nothing closed {posted['free']:.2f} ms", ratio,
            f"<= {POSTING}", ratio <= POSTING,
        ),
    ]  # fmt: skip
