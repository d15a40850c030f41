"""Webhooks to a fast receiver of this machine, and the same beside one that hangs."""

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.receivers import receivers
from tests.bench.table import Line

PER_SECOND, BESIDE = 300, 0.9


def measure(quick: bool) -> list[Line]:
    """One sender, one receiver; then another receiver with as many deliveries that takes all and never answers."""
    count = 3_000 if quick else 12_000
    url = copy_of(dataset(10_000), "bench_webhooks")
    try:
        with receivers() as (fast, dead):
            found = inside(url, "webhook_rates", count, fast, dead)
    finally:
        drop("bench_webhooks")
    bare, alone, beside = found["bare"], found["alone"], found["beside"]
    ratio = beside / alone
    return [
        Line(
            "webhooks", f"{count:,} deliveries to a fast receiver", f"{alone:,.0f}/s", f"bare client {bare:,.0f}/s",
            alone / bare, f">= {PER_SECOND}/s", alone >= PER_SECOND,
        ),
        Line(
            "webhooks", f"  the same beside one that hangs ({found['dead_tried']:.0f} tried)", f"{beside:,.0f}/s",
            f"alone {alone:,.0f}/s", ratio, f">= {BESIDE} of it", ratio >= BESIDE,
        ),
    ]  # fmt: skip
