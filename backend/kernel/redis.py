"""One Redis client per process, with short time-outs so that an outage never hangs a request."""

import functools

import redis
from django.conf import settings


@functools.cache
def client() -> redis.Redis:
    """The shared client; raises redis.RedisError quickly when the server is away."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5)
