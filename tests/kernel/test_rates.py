"""Hits are counted in windows of our own clock, together by all threads, and never stop the service."""

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.test import override_settings

from kernel import clock, rates, redis as kernel_redis
from kernel.rates import Limit, Rate

pytestmark = pytest.mark.requirement("INT-03")
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def key() -> Iterator[str]:
    name = f"test:{uuid4()}"
    yield name
    rates.forget(name)


def test_a_window_begins_with_the_first_hit_and_ends_by_our_clock(key: str) -> None:
    with clock.frozen(NOON):
        assert rates.peek(key, 2, 60) == Rate(True, 2, 60)
        assert [rates.hit(key, 2, 60) for _ in range(3)] == [
            Rate(True, 1, 60), Rate(True, 0, 60), Rate(False, 0, 60)
        ]  # fmt: skip
        assert rates.peek(key, 2, 60) == Rate(False, 0, 60)
    with clock.frozen(NOON + dt.timedelta(seconds=59.5)):
        assert rates.hit(key, 2, 60) == Rate(False, 0, 1)
    with clock.frozen(NOON + dt.timedelta(seconds=60)):
        assert rates.hit(key, 2, 60) == Rate(True, 1, 60)


def test_a_clock_that_was_put_back_locks_nobody_out_for_longer_than_a_window(key: str) -> None:
    with clock.frozen(NOON + dt.timedelta(days=1)):
        assert not rates.hit(key, 0, 60).allowed
    with clock.frozen(NOON):
        assert rates.hit(key, 1, 60) == Rate(True, 0, 60)


def test_forgotten_hits_count_anew(key: str) -> None:
    rates.hit(key, 1, 60)
    rates.forget(key)
    assert rates.hit(key, 1, 60).allowed


def test_many_at_once_are_allowed_exactly_as_often_as_the_limit_says(key: str) -> None:
    with clock.frozen(NOON), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: rates.hit(key, 20, 60).allowed, range(60)))
    assert answers.count(True) == 20


def test_several_keys_are_counted_each_by_its_own_window(key: str) -> None:
    other = f"{key}:other"
    with clock.frozen(NOON):
        assert rates.hit_all([Limit(key, 5, 60), Limit(other, 1, 10)]) == [
            Rate(True, 4, 60),
            Rate(True, 0, 10),
        ]
    with clock.frozen(NOON + dt.timedelta(seconds=10)):
        assert rates.hit_all([Limit(key, 5, 60), Limit(other, 1, 10)]) == [
            Rate(True, 3, 50),
            Rate(True, 0, 10),
        ]
    rates.forget(other)


def test_without_redis_everything_is_allowed_and_the_outage_costs_one_time_out(key: str) -> None:
    kernel_redis.client.cache_clear()
    try:
        with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
            assert rates.hit(key, 0, 60).allowed is True
            before = time.monotonic()
            assert all(rates.hit(key, 1, 60) == Rate(True, 1, 60) for _ in range(100))
            assert rates._paused_until > before
            rates.forget(key)
    finally:
        kernel_redis.client.cache_clear()
        rates._paused_until = 0.0
