"""Webhooks to a fast receiver of this machine, and the same beside dead ones."""

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.receivers import receivers
from tests.bench.servers import free_port
from tests.bench.table import Line

PER_SECOND, BESIDE = 300, 0.9


def measure(quick: bool) -> list[Line]:
    """One sender, one receiver; then with as many for another that never answers, or refuses."""
    count = 3_000 if quick else 12_000
    url = copy_of(dataset(10_000), "bench_webhooks")
    try:
        with receivers() as (fast, dead):
            found = inside(url, "webhook_rates", count, fast, dead, free_port())
    finally:
        drop("bench_webhooks")
    bare, alone = found["bare"], found["alone"]
    return [
        Line(
            "webhooks", f"{count:,} deliveries to a fast receiver", f"{alone:,.0f}/s", f"bare client {bare:,.0f}/s",
            alone / bare, f">= {PER_SECOND}/s", alone >= PER_SECOND,
        ),
        *(
            Line(
                "webhooks", f"  the same beside one that {what}", f"{found[what]:,.0f}/s", f"alone {alone:,.0f}/s",
                found[what] / alone, f">= {BESIDE} of it", found[what] / alone >= BESIDE,
            )
            for what in ("hangs", "refuses")
        ),
    ]  # fmt: skip
