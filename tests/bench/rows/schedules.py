"""Ninety days of sessions for two thousand doctors; a session of two hundred bookings that changes as a whole."""

from statistics import median

from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.table import Line

DATABASE = "bench_schedules"
BOOKINGS = 200


def measure(quick: bool) -> list[Line]:
    """Seconds of generating and publishing, milliseconds of stopping, substituting and moving."""
    doctors, rounds = (100, 1) if quick else (2_000, 5)
    url = copy_of(dataset(10_000), DATABASE)
    try:
        found = inside(url, "generate_slots", doctors, 90)
        times = inside(url, "stop_full_sessions", BOOKINGS, rounds)
    finally:
        drop(DATABASE)
    sessions, numbers = int(found["sessions"]), int(found["numbers"])
    drafts = f"90 days, {doctors:,} doctors: {sessions:,} drafts"
    return [
        Line("schedules", drafts, f"{found['generate']:.1f} s"),
        Line("schedules", f"  their {numbers:,} numbers", f"{found['publish']:.1f} s"),
        Line("schedules", "  numbers a second", f"{numbers / found['publish']:,.0f}/s"),
        Line("schedules", "  generated again: nothing to make", f"{found['again']:.1f} s"),
        *(
            Line("schedules", f"{what} a session of {BOOKINGS} bookings", f"{median(times[what]):.0f} ms")
            for what in ("stop", "substitute", "move")
        ),
    ]
