"""Periodic work. Every sweep may run anywhere, twice or late: what is due is decided by the clock, not by the sweep."""

import dramatiq
from dramatiq_crontab import cron

from apps.scheduling.services import numbers, sessions, waitlist_offers
from apps.scheduling.services.remind import remind_of_tomorrow
from kernel import clock

BATCH = 500
REMIND_HOURS = range(9, 21)


@cron("* * * * *")
@dramatiq.actor(queue_name="urgent", max_retries=0)
def sweep_holds() -> None:
    """Every minute: free numbers whose hold has ended."""
    while numbers.expire_holds(limit=BATCH) == BATCH:
        pass


@cron("* * * * *")
@dramatiq.actor(queue_name="urgent", max_retries=0)
def offer_to_waiting() -> None:
    """Every minute: what has become free since, and offers that lapsed, go to the next on the waiting list."""
    waitlist_offers.expire_entries()
    waitlist_offers.lapse_offers()
    waitlist_offers.offer_free_numbers()


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_uncollected() -> None:
    """Every minute: bookings that were not collected become no-shows."""
    while numbers.end_uncollected(limit=BATCH) == BATCH:
        pass


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def remind_patients() -> None:
    """Every minute by day: remind of tomorrow's visits."""
    by_day = clock.now().astimezone(clock.LOCAL).hour in REMIND_HOURS
    while by_day and remind_of_tomorrow(limit=BATCH) == BATCH:
        pass


@cron("20 0 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def close_sessions() -> None:
    """Every night: close the sessions of the day."""
    sessions.close_past_sessions()
