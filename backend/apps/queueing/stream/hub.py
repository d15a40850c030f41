"""One subscription to Redis for all listeners of this process; each listener only notes which boards are new.

A listener holds no queue of messages: a board that changes twice before it is sent is sent once, as it is then.
"""

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from typing import Any

import redis.asyncio as aioredis
from redis.exceptions import RedisError

from apps.queueing.stream import keys

log = logging.getLogger(__name__)
RECONNECT_SECONDS = 1.0
#: A hall that reconnects at once waits for one of these instead of being refused.
CONNECTIONS = 16
#: All boards are read again so often, for changes that were published while the subscription was down.
RESYNC_SECONDS = 15.0


class Listener:
    """One open stream: the queues it may see and those that it has not sent yet."""

    def __init__(self, queues: list[str], field: str) -> None:
        self.queues, self.field = queues, field
        self.pending: dict[str, None] = dict.fromkeys(queues)
        self.sent: dict[str, str] = {}
        self.wake = asyncio.Event()
        self.wake.set()

    def note(self, queue: str) -> None:
        """That board may be new."""
        self.pending[queue] = None
        self.wake.set()


class Hub:
    """Boards in memory, as Redis has them, and who listens to which."""

    def __init__(self, url: str) -> None:
        pool = aioredis.BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, timeout=5.0, socket_timeout=5.0, socket_connect_timeout=2.0
        )
        self.server = aioredis.Redis(connection_pool=pool)
        self.boards: dict[str, dict[str, bytes]] = {}
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.count = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow Redis."""
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._resync())]

    async def stop(self) -> None:
        """End it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.server.aclose()

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Any:
        """The listener is told of changes inside the block."""
        self.count += 1
        for queue in listener.queues:
            self.listeners[queue].add(listener)
        try:
            yield
        finally:
            self.count -= 1
            for queue in listener.queues:
                self.listeners[queue].discard(listener)
                if not self.listeners[queue]:
                    del self.listeners[queue]
                    self.boards.pop(queue, None)

    async def board(self, queue: str) -> dict[str, bytes] | None:
        """The board of a queue: from memory while somebody listens to it, else from Redis."""
        if queue not in self.boards:
            found = await self._read(queue)
            if found is None or queue not in self.listeners:
                return found
            self.boards.setdefault(queue, found)  # a newer one may have come while this was read
        return self.boards[queue]

    async def screen(self, digest: str) -> list[str] | None:
        """The queues of a screen; None once it is revoked."""
        found = await self.server.get(keys.screen(digest))
        return None if found is None else [str(queue) for queue in json.loads(found)]

    async def _read(self, queue: str) -> dict[str, bytes] | None:
        names = ("version", "desk", "screen")
        values: list[Any] = await self.server.hmget(keys.board(queue), names)
        return None if None in values else dict(zip(names, values, strict=True))

    async def _changed(self, queue: str) -> None:
        if queue not in self.listeners:
            return
        found = await self._read(queue)
        if found is None or found == self.boards.get(queue):
            return
        self.boards[queue] = found
        for listener in self.listeners.get(queue, ()):
            listener.note(queue)

    async def _follow(self) -> None:
        while True:
            try:
                async with self.server.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(keys.CHANNEL)
                    while True:
                        message = await subscription.get_message(timeout=RESYNC_SECONDS)
                        if message is not None:
                            await self._changed(message["data"].decode())
            except (RedisError, OSError) as error:
                log.warning("the subscription is down: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _resync(self) -> None:
        while True:
            await asyncio.sleep(RESYNC_SECONDS)
            with contextlib.suppress(RedisError, OSError):
                for queue in list(self.listeners):
                    await self._changed(queue)
