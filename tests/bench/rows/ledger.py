"""The ledger: proving all of it, reading it, posting to it."""

from typing import Any

from tests.bench.data import copy_of, drop, inside, kept
from tests.bench.table import Line

MEMORY_MB = 10.0


def measure(quick: bool) -> list[Line]:
    """1,000,000 or 10,000,000 entries, made once."""
    entries = 1_000_000 if quick else 10_000_000
    source = kept(f"bench_ledger_{entries}", lambda url: _fill(url, entries))
    proof, pages = inside(source, "prove_ledger"), inside(source, "read_ledger")
    url = copy_of(source, "bench_ledger_posts")
    try:
        rates = inside(url, "post_rates", 4_000 if quick else 20_000)
    finally:
        drop("bench_ledger_posts")
    return [*_proof(proof), *(_page(name, ms) for name, ms in pages.items()), *_posts(rates)]


def _fill(url: str, entries: int) -> None:
    print(f"Writing {entries:,} entries (once) …", flush=True)
    print(f"Written in {inside(url, 'fill_ledger', entries)['seconds']:,.0f} s", flush=True)


def _proof(found: dict[str, Any]) -> list[Line]:
    bare = found["bare_0"]
    limit = f"bare sum: {bare:.2f} s, with 2 parallel workers {found['bare_2']:.2f} s"
    lines = [
        Line(
            "ledger", f"proof of {found['entries']:,} entries, {jobs} connection{'s' * (jobs > 1)}",
            f"{found[f'jobs_{jobs}']:.1f} s", limit, found[f"jobs_{jobs}"] / bare, "sound", found["sound"],
        )
        for jobs in (1, 2)
    ]  # fmt: skip
    memory = found["megabytes"]
    return [
        *lines,
        Line(
            "ledger", "memory that the proof added", f"{memory:.0f} MB", "", None, f"<= {MEMORY_MB:.0f} MB",
            memory <= MEMORY_MB,
        ),
    ]  # fmt: skip


def _page(name: str, ms: float) -> Line:
    return Line("ledger", f"{name} of the busiest account" if "page" in name else name, f"{ms:.1f} ms")


def _posts(rates: dict[str, Any]) -> list[Line]:
    return [
        Line(
            "ledger", f"postings, {what}, {clients} connection{'s' * (clients > 1)}",
            f"{rates[f'{name}_{clients}']:,.0f} per s", f"bare rows {rates[f'bare_{clients}']:,.0f} per s",
            rates[f"{name}_{clients}"] / rates[f"bare_{clients}"], "sound", rates["sound"],
        )
        for clients in (1, 4)
        for name, what in (("hot", "one card"), ("spread", "many cards"))
    ]  # fmt: skip
