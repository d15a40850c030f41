"""The token bucket holds over all workers and never overdraws."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from apps.messaging.channels.rate_limit import TokenBucket
from tests.support.waiting import wait_until

from .conftest import WORKER

pytestmark = pytest.mark.requirement("MSG-07")


def bucket(client: redis.Redis, rate: float, burst: int, name: str = f"test-a{WORKER}") -> TokenBucket:
    return TokenBucket(client, name, rate, burst)


def test_a_burst_goes_at_once_and_the_next_is_told_how_long_to_wait(redis_client) -> None:
    limit = bucket(redis_client, rate=10, burst=3)
    assert [limit.try_acquire() for _ in range(3)] == [0, 0, 0]
    assert 0 < limit.try_acquire() <= 0.1


def test_being_told_to_wait_takes_nothing(redis_client) -> None:
    limit = bucket(redis_client, rate=10, burst=1)
    assert limit.try_acquire() == 0
    waits = [limit.try_acquire() for _ in range(20)]
    assert max(waits) <= 0.1
    wait_until(lambda: limit.try_acquire() == 0, 1)


def test_a_batch_costs_what_it_sends(redis_client) -> None:
    limit = bucket(redis_client, rate=100, burst=100)
    assert limit.try_acquire(100) == 0
    assert 0.5 < limit.try_acquire(100) <= 1


def test_waiting_ends_at_the_given_time(redis_client) -> None:
    limit = bucket(redis_client, rate=0.1, burst=1)
    assert limit.acquire(max_wait=0)
    started = time.monotonic()
    assert not limit.acquire(max_wait=5)
    assert time.monotonic() - started < 4, "it does not wait for what cannot be had"


def now(redis_client) -> float:
    """The clock that fills the bucket."""
    seconds, micros = redis_client.time()
    return seconds + micros / 1_000_000


def test_many_workers_together_keep_the_rate(redis_url, redis_client) -> None:
    def worker(_: int) -> int:
        limit = bucket(redis.Redis.from_url(redis_url), rate=100, burst=10)
        deadline, taken = time.monotonic() + 0.5, 0
        while time.monotonic() < deadline:
            taken += limit.try_acquire() == 0
        return taken

    started = now(redis_client)
    with ThreadPoolExecutor(4) as pool:
        total = sum(pool.map(worker, range(4)))
    elapsed = now(redis_client) - started
    assert 10 < total <= 10 + 100 * elapsed + 1


def test_buckets_of_different_names_are_apart_and_idle_ones_vanish(redis_client) -> None:
    assert bucket(redis_client, 1, 1).try_acquire() == 0
    assert bucket(redis_client, 1, 1, name=f"test-b{WORKER}").try_acquire() == 0
    assert 0 < redis_client.pttl(f"yihui:rate:test-a{WORKER}") <= 2000


@pytest.mark.parametrize(("rate", "burst", "cost"), [(0, 1, 1), (1, 0, 1), (1, 1, 2), (1, 1, 0)])
def test_a_bucket_that_could_never_fill_is_refused(redis_client, rate, burst, cost) -> None:
    with pytest.raises(ValueError, match=r"bucket|cost"):
        bucket(redis_client, rate, burst).try_acquire(cost)
