"""Receivers of webhooks in a process of their own: `python -m tests.bench.receivers` prints two ports.

The first answers 204 at once and keeps its connections; the second takes every request and never answers.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.servers import ROOT

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Fast(asyncio.Protocol):
    """As little work as a receiver can have."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head) if found else None
        if length is not None and len(body) >= int(length[1]):
            self.read = body[int(length[1]) :]
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


class Dead(asyncio.Protocol):
    """Takes all and says nothing."""


async def serve() -> None:
    """Until it is stopped."""
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(kind, "127.0.0.1", 0) for kind in (Fast, Dead)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


@contextmanager
def receivers() -> Iterator[tuple[int, int]]:
    """The ports of the fast one and of the dead one."""
    command = [sys.executable, "-m", "tests.bench.receivers"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        fast, dead = map(int, process.stdout.readline().split())
        yield fast, dead
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve())
