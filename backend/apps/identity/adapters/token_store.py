"""The WeChat access token that all processes share, and the lock that lets one of them fetch a new one."""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

import redis

from apps.identity.adapters.wechat_errors import WeChatTemporaryError

T = TypeVar("T")

KEY = "yihui:wechat:token"
LOCK_MS = 15_000  # longer than the slowest fetch, so that a lock never ends under its holder
WAIT_SECONDS = 8.0
POLL_SECONDS = 0.05
MARGIN = 300  # seconds; WeChat itself renews a token this early and lets the old one run on

# Only the holder may release: the lock may have ended and be somebody else's by now.
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class AccessToken(NamedTuple):
    """A token and the seconds it still lives."""

    value: str
    expires_in: int


class TokenStore(Protocol):
    def get(self, app_id: str) -> str | None: ...

    def refresh(self, app_id: str, rejected: str | None, fetch: Callable[[], AccessToken]) -> str:
        """A token other than `rejected`: another process's if it has fetched one meanwhile, else `fetch()`'s."""


class RedisTokenStore:
    """Tokens in Redis. A Redis outage raises WeChatTemporaryError `token_store`."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def get(self, app_id: str) -> str | None:
        value = self._guarded(lambda: self._redis.get(f"{KEY}:{app_id}"))
        return value.decode() if isinstance(value, bytes) else value

    def refresh(self, app_id: str, rejected: str | None, fetch: Callable[[], AccessToken]) -> str:
        lock, holder = f"{KEY}:{app_id}:lock", secrets.token_hex(8)
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._guarded(lambda: self._redis.set(lock, holder, nx=True, px=LOCK_MS)):
            if (token := self.get(app_id)) and token != rejected:
                return token
            if time.monotonic() > deadline:
                raise WeChatTemporaryError("token_busy", "another process is still fetching the access token")
            time.sleep(POLL_SECONDS)
        try:
            return self._fetch_if_needed(app_id, rejected, fetch)
        finally:
            self._guarded(lambda: self._redis.eval(_RELEASE, 1, lock, holder))

    def _fetch_if_needed(self, app_id: str, rejected: str | None, fetch: Callable[[], AccessToken]) -> str:
        if (token := self.get(app_id)) and token != rejected:
            return token
        fresh = fetch()
        seconds = max(1, fresh.expires_in - min(MARGIN, fresh.expires_in // 10))
        self._guarded(lambda: self._redis.set(f"{KEY}:{app_id}", fresh.value, ex=seconds))
        return fresh.value

    @staticmethod
    def _guarded(call: Callable[[], T]) -> T:
        try:
            return call()
        except redis.RedisError as error:
            raise WeChatTemporaryError("token_store", type(error).__name__) from error
