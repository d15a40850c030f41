"""Prints every figure beside its limit of the same run.

    ./scripts/bench [--quick] [ROW …]
        rows: booking lists ladder browse find start schema contract relay schedules waitlist hall ledger
              notifications payment_path refund_storm imports duplicates webhooks close
              reports

Full size is 1,000,000 patients and 5,000,000 appointments; --quick measures at 100,000 in some minutes. The data is
made once and kept until tables or sample change. Trust the ratios: other work on the machine moves the figures.
"""

import argparse
import sys
import time

from tests.bench.rows import (
    booking,
    close,
    contract,
    hall,
    ladder,
    ledger,
    notifications,
    others,
    patients,
    payment_path,
    reads,
    refund_storm,
    reports,
    schedules,
    waitlist,
    webhooks,
)
from tests.bench.table import Line, show

ROWS = {
    "booking": booking.measure,
    "lists": reads.lists,
    "ladder": ladder.measure,
    "browse": reads.browse,
    "find": others.find,
    "start": others.start,
    "schema": others.schema,
    "contract": contract.measure,
    "relay": others.relay,
    "schedules": schedules.measure,
    "waitlist": waitlist.measure,
    "hall": hall.measure,
    "ledger": ledger.measure,
    "notifications": notifications.measure,
    "payment_path": payment_path.measure,
    "refund_storm": refund_storm.measure,
    "imports": patients.imports,
    "duplicates": patients.duplicates,
    "webhooks": webhooks.measure,
    "reports": reports.measure,
    "close": close.measure,
}


def main(arguments: list[str]) -> int:
    """Exit code 1 if a target was missed."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"any of: {', '.join(ROWS)}")
    options = parser.parse_args(arguments)
    unknown = set(options.rows) - ROWS.keys()
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    lines: list[Line] = []
    for name in options.rows or ROWS:
        begin = time.monotonic()
        found = ROWS[name](options.quick)
        print(f"\n{name}, measured in {time.monotonic() - begin:.0f} s")
        show(found)
        lines += found
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
