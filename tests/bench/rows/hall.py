"""A waiting hall: patients who poll, screens that listen."""

import itertools
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.bench import client
from tests.bench.data import copy_of, dataset, drop, inside
from tests.bench.servers import LOG, ROOT, _resident, environment, free_port, server
from tests.bench.table import Line

DATABASE = "bench_hall"
PATIENTS, LINES, POLLERS, STREAMS = 200, 10, 2_000, 200
POLLS_PER_SECOND, FAN_OUT_SECONDS, STREAM_MB = 200, 1.0, 150.0
TICK = os.sysconf("SC_CLK_TCK")


def measure(quick: bool) -> list[Line]:
    """2,000 patients polling every 10 s are 200 requests/s; 200 streams open."""
    url = copy_of(dataset(10_000), DATABASE)
    try:
        hall = inside(url, "waiting_hall", PATIENTS, LINES)
        return [*_polls(url, hall["waiting"], 2_000 if quick else 10_000), *_streams(url, hall)]
    finally:
        drop(DATABASE)


def _polls(url: str, waiting: list[list[str]], count: int) -> list[Line]:
    with server(url) as running:
        asked = [_poll(token, pk) for token, pk in waiting]
        full = client.run(running.port, 8, asked)
        tags = [_tag(running.port, request) for request in asked]
        unchanged = [_poll(token, pk, tag) for (token, pk), tag in zip(waiting, tags, strict=True)]
        before = _cpu(running.process.pid)
        polled = client.run(running.port, 16, itertools.islice(itertools.cycle(unchanged), count))
        spent = (_cpu(running.process.pid) - before) / count * 1000
    odd = {status: n for status, n in polled.statuses.items() if status != 304}
    enough = not odd and polled.per_second >= POLLS_PER_SECOND
    name = f"unchanged polls (304), {POLLERS:,} patients every 10 s"
    return [
        Line(
            "hall",
            name,
            f"{polled.per_second:,.0f}/s {odd or ''}",
            "",
            None,
            f">= {POLLS_PER_SECOND}/s",
            enough,
        ),
        Line("hall", "  CPU of one", f"{spent:.2f} ms"),
        Line("hall", "changed polls (200)", f"{full.per_second:,.0f}/s", str(dict(full.statuses))),
    ]


def _poll(token: str, appointment: str, tag: str = "") -> bytes:
    path = f"/api/miniprogram/v1/appointments/{appointment}/queue"
    return client.request("GET", path, token=token, headers={"If-None-Match": tag} if tag else {})


def _tag(port: int, request: bytes) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(request)
        found = re.search(rb'(?im)^etag: (".*?")', sock.recv(65536))
    return found[1].decode() if found else '"none"'


def _cpu(pid: int) -> float:
    """Seconds of processor time of the server's workers."""
    total = 0.0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def _streams(url: str, hall: dict[str, Any]) -> list[Line]:
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--workers-kill-timeout", "2", "--log-level", "warning", "config.stream:application",
    ]  # fmt: skip
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            command, env=environment(url), cwd=ROOT / "backend", stdout=log, stderr=log
        )
        try:
            delay, memory = _fan_out(port, process.pid, url, hall)
        finally:
            process.terminate()
            process.wait(15)
    name = f"a call reaches {STREAMS} streams"
    return [
        Line(
            "hall",
            name,
            f"{delay * 1000:.0f} ms",
            "",
            None,
            f"<= {FAN_OUT_SECONDS:.0f} s",
            delay <= FAN_OUT_SECONDS,
        ),
        Line(
            "hall",
            "  memory of the stream",
            f"{memory:.0f} MB",
            "",
            None,
            f"<= {STREAM_MB:.0f} MB",
            memory <= STREAM_MB,
        ),
    ]


def _fan_out(port: int, pid: int, url: str, hall: dict[str, Any]) -> tuple[float, float]:
    """Seconds from the call to the last of the streams, and the megabytes of the process then."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    request = client.request("GET", f"/stream/events?token={hall['screen']}")
    with selectors.DefaultSelector() as selector:
        for _ in range(STREAMS):
            sock = socket.create_connection(("127.0.0.1", port), timeout=10)
            sock.sendall(request)
            selector.register(sock, selectors.EVENT_READ)
        _all_receive(selector)
        with ThreadPoolExecutor(1) as caller:
            begin = caller.submit(inside, url, "call_one", hall["queue"])
            last = _all_receive(selector)
            delay = last - begin.result()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        memory = max(_resident(int(child)) for child in children)
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
    return delay, memory


def _all_receive(selector: selectors.BaseSelector) -> float:
    """When the last stream has got a board."""
    waiting, deadline = set(selector.get_map()), time.monotonic() + 30
    while waiting and time.monotonic() < deadline:
        for key, _ in selector.select(timeout=1):
            if b"event: board" in key.fileobj.recv(1_000_000):  # type: ignore[union-attr]
                waiting.discard(key.fd)
    if waiting:
        raise TimeoutError(f"{len(waiting)} streams got nothing")
    return time.time()
