"""The ASGI application: events and boards for screens and desks. It knows Redis, tokens and nothing else."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs

from redis.exceptions import RedisError

from apps.queueing.stream import keys, tokens
from apps.queueing.stream.hub import Hub, Listener
from kernel import clock

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

MAX_LISTENERS, MAX_PER_TOKEN = 5_000, 500
_COMMON = [
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"access-control-allow-origin", b"*"),
]
_EVENTS = [(b"content-type", b"text/event-stream; charset=utf-8"), *_COMMON]
_JSON = [(b"content-type", b"application/json"), *_COMMON]


class StreamApplication:
    """`GET /stream/events` and `GET /stream/board`, both with `?token=`; `GET /healthz`."""

    def __init__(
        self,
        redis_url: str,
        secret: str,
        *,
        heartbeat_seconds: float = 15.0,
        write_seconds: float = 10.0,
        run_token: str = "",
    ) -> None:
        """`write_seconds`: a listener that takes nothing for so long is dropped. `run_token` is shown by `/healthz`."""
        self.run = {"run": run_token} if run_token else {}
        self.hub, self.secret = Hub(redis_url), secret
        self.heartbeat_seconds, self.write_seconds = heartbeat_seconds, write_seconds
        self.per_token: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["type"] != "http":
            return None
        if scope["method"] != "GET":
            return await _answer(send, 405, {"code": "method_not_allowed"})
        if scope["path"] == "/healthz":
            return await _answer(send, 200, {"status": "ok", "listeners": self.hub.count} | self.run)
        handler = {"/stream/events": self._events, "/stream/board": self._board}.get(scope["path"])
        if handler is None:
            return await _answer(send, 404, {"code": "not_found"})
        token = parse_qs(scope["query_string"].decode("ascii", "replace")).get("token", [""])[0]
        try:
            right = await self._right(token)
            if right is None:
                return await _answer(send, 401, {"code": "authentication_failed"})
            return await handler(token, *right, receive, send)
        except (RedisError, OSError):
            return await _answer(send, 503, {"code": "service_unavailable"})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _right(self, token: str) -> tuple[str, list[str]] | None:
        """What a token shows: the board's field and the queues; None if it does not count (any more)."""
        if "." in token:
            content = tokens.read(self.secret, tokens.DESK_STREAM, token, clock.now().timestamp())
            return None if content is None else ("desk", list(content["queues"]))
        queues = await self.hub.screen(keys.digest(token)) if token else None
        return None if queues is None else ("screen", queues)

    async def _board(self, token: str, field: str, queues: list[str], receive: Receive, send: Send) -> None:
        found = [await self.hub.board(queue) for queue in queues]
        body = b"[" + b",".join(board[field] for board in found if board) + b"]"
        await _answer(send, 200, body)

    async def _events(self, token: str, field: str, queues: list[str], receive: Receive, send: Send) -> None:
        key = keys.digest(token)
        if self.hub.count >= MAX_LISTENERS or self.per_token[key] >= MAX_PER_TOKEN:
            return await _answer(send, 503, {"code": "too_many_listeners"})
        listener = Listener(queues, field)
        self.per_token[key] += 1
        try:
            with self.hub.listening(listener):
                await send({"type": "http.response.start", "status": 200, "headers": _EVENTS})
                await self._write(send, b"retry: 3000\n\n")
                await _until_gone(self._feed(token, listener, send), receive)
        except (TimeoutError, RedisError, OSError):
            pass  # too slow, gone, or Redis is away: the client comes again and gets everything
        finally:
            self.per_token[key] -= 1
            if not self.per_token[key]:
                del self.per_token[key]
        return None

    async def _feed(self, token: str, listener: Listener, send: Send) -> None:
        """Everything at once, then what changes; ends when the token does."""
        loop = asyncio.get_running_loop()
        beat = loop.time() + self.heartbeat_seconds
        while True:
            try:
                await asyncio.wait_for(listener.wake.wait(), max(0.0, beat - loop.time()))
            except TimeoutError:
                beat = loop.time() + self.heartbeat_seconds
                if (right := await self._right(token)) is None or right[1] != listener.queues:
                    return await send({"type": "http.response.body", "body": b""})
                await self._write(send, b": still here\n\n")
            listener.wake.clear()
            while listener.pending:
                await self._send_board(listener, send)

    async def _send_board(self, listener: Listener, send: Send) -> None:
        queue = next(iter(listener.pending))
        del listener.pending[queue]
        board = await self.hub.board(queue)
        if board is not None and listener.sent.get(queue) != board["version"].decode():
            listener.sent[queue] = board["version"].decode()
            await self._write(send, _event(board["version"], board[listener.field]))

    async def _write(self, send: Send, body: bytes) -> None:
        """The server holds no more than a few pieces back, then it waits for the client; TimeoutError."""
        message = {"type": "http.response.body", "body": body, "more_body": True}
        await asyncio.wait_for(send(message), self.write_seconds)


async def _until_gone(feed: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Run the feed until it ends or the client has left, which writing alone does not tell."""
    running, gone = asyncio.ensure_future(feed), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        running.cancel()
        gone.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(version: bytes, data: bytes) -> bytes:
    return b"event: board\nid: " + version + b"\ndata: " + data + b"\n\n"


async def _answer(send: Send, status: int, body: bytes | Message) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    await send({"type": "http.response.start", "status": status, "headers": _JSON})
    await send({"type": "http.response.body", "body": content})
