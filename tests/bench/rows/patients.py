"""Importing patients, and looking for duplicates."""

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.table import Line


def imports(quick: bool) -> list[Line]:
    """A CSV of new patients into an archive that is full already: the dry run, then all of it in one transaction."""
    rows = 20_000 if quick else 100_000
    url = copy_of(dataset(10_000), "bench_imports")
    try:
        done = inside(url, "import_patients", rows)
    finally:
        drop("bench_imports")
    return [
        Line(
            "imports",
            f"dry run of {rows:,} rows",
            f"{done['check']:.1f} s, {rows / done['check']:,.0f} rows/s",
        ),
        Line("imports", f"applied, {done['imported']:,.0f} patients", f"{done['apply']:.1f} s"),
        Line("imports", "memory that both added", f"{done['megabytes']:.0f} MB"),
    ]


def duplicates(quick: bool) -> list[Line]:
    """The nightly scan of one hospital."""
    patients = 100_000 if quick else 1_000_000
    url = copy_of(dataset(patients), "bench_duplicates")
    try:
        done = inside(url, "find_duplicates")
    finally:
        drop("bench_duplicates")
    return [
        Line(
            "duplicates", f"scan, {patients:,} patients", f"{done['seconds']:.1f} s, {done['pairs']:,} pairs"
        )
    ]
