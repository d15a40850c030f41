"""A token bucket in Redis: all workers together keep to a provider's rate."""

import time

import redis

# One round trip and Redis's own clock, so that neither racing workers nor clocks that differ can overdraw.
# KEYS[1] bucket; ARGV rate per second, burst, cost. Returns the seconds to wait, "0" when the tokens were taken.
_TAKE = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(state[1]) or burst) + math.max(0, now - (tonumber(state[2]) or now)) * rate)
local wait = 0
if tokens >= cost then tokens = tokens - cost else wait = (cost - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return string.format('%.6f', wait)
"""


class TokenBucket:
    """`name`: the provider and account that share the rate. `burst`: how many may go at once after a pause."""

    def __init__(self, client: redis.Redis, name: str, rate_per_second: float, burst: int) -> None:
        if rate_per_second <= 0 or burst < 1:
            raise ValueError("a bucket needs a positive rate and a burst of at least 1")
        self._key = f"yihui:rate:{name}"
        self._rate = rate_per_second
        self._burst = burst
        self._take = client.register_script(_TAKE)

    def try_acquire(self, cost: int = 1) -> float:
        """0.0 when the call may go now, else the seconds to wait before asking again (nothing is taken)."""
        if not 1 <= cost <= self._burst:
            raise ValueError(f"cost must be between 1 and the burst of {self._burst}")
        return float(self._take(keys=[self._key], args=[self._rate, self._burst, cost]))

    def acquire(self, cost: int = 1, *, max_wait: float) -> bool:
        """Waits for at most `max_wait` seconds; False if that is not enough. For short waits inside a worker."""
        deadline = time.monotonic() + max_wait
        while (wait := self.try_acquire(cost)) > 0:
            if time.monotonic() + wait > deadline:
                return False
            time.sleep(wait)
        return True
