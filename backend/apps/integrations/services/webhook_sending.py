"""Sends what is due until nothing is: HTTP in threads that have no database, rows in one that does not wait for HTTP.

Receivers that fail or are slow have threads of their own, one for each of them at most: they keep nobody waiting.
"""

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings

from apps.integrations.adapters.webhook_client import SECONDS, Reply, WebhookClient
from apps.integrations.models import WebhookEndpoint, WebhookHealth
from apps.integrations.selectors import receiving
from apps.integrations.services.webhook_rows import Claimed, Tried, claim, reason_of, record, waits
from apps.integrations.services.webhook_schedule import arrived
from apps.integrations.settings import PRIVATE_NETWORKS
from apps.integrations.signing import signed_headers
from kernel import clock
from kernel.targets import Network, Refused, networks, resolve

THREADS = 32
#: Requests under way to one receiver that is well, and deliveries that one thread sends it one after the other.
LANES, CHUNK = 4, 16
#: A thread gives back what it has not begun by then, far before its lease ends.
LANE_SECONDS = 20.0
#: On the average of a thread's requests: slower ones are counted among the troubled for a while.
SLOW_SECONDS, SLOW_FOR = 1.0, 60.0
IDLE = 0.1
SOON = dt.timedelta(seconds=10)
HEADERS = {"content-type": "application/json", "user-agent": "Yihui-Webhooks/1", "accept": "*/*"}
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Receiver:
    """An endpoint as a thread needs it: nothing that would ask the database."""

    url: str
    keys: list[str]
    networks: list[Network]
    health: WebhookHealth


@dataclass(slots=True)
class Pump:
    """One sender. `seconds`: it starts nothing any more after so long; `idle`: it ends after so long without work."""

    seconds: float = 30.0
    idle: float = 2.0
    client: WebhookClient = field(default_factory=WebhookClient)
    sent: int = 0
    _running: dict["Future[list[Tried]]", tuple[bool, UUID]] = field(default_factory=dict)
    _receivers: dict[UUID, Receiver] = field(default_factory=dict)
    _slow: dict[UUID, float] = field(default_factory=dict)

    def run(self) -> Iterator[bool]:
        """Work; yields now and then whether there is more to do than this sender can. Ends by itself."""
        begin = last = time.monotonic()
        with (
            ThreadPoolExecutor(THREADS, "webhooks") as well,
            ThreadPoolExecutor(THREADS, "webhooks-troubled") as troubled,
        ):
            while True:
                now, taken = time.monotonic(), 0
                if now - begin < self.seconds:
                    taken = self._start(well, False) + self._start(troubled, True)
                done = self._collect()
                last = now if taken or done else last
                yield taken >= THREADS * CHUNK
                if self._running or taken:
                    continue
                over = now - begin >= self.seconds
                if over or (now - last >= self.idle and not (self.idle and waits(SOON))):
                    return
                time.sleep(IDLE)

    def _start(self, threads: ThreadPoolExecutor, troubled: bool) -> int:
        """Claim as much as threads are free for, and hand it to them; returns how many deliveries."""
        free = THREADS - sum(kind == troubled for kind, _ in self._running.values())
        if free <= 0:
            return 0
        self._slow = {key: until for key, until in self._slow.items() if until > time.monotonic()}
        at_work = Counter(key for _, key in self._running.values())
        busy = [key for key, lanes in at_work.items() if lanes >= LANES]
        rows = claim(troubled=troubled, receivers=free, room=LANES * CHUNK, slow=self._slow, busy=busy)
        if not rows:
            return 0
        of_endpoint: dict[UUID, list[Claimed]] = defaultdict(list)
        for row in rows:
            of_endpoint[row.endpoint_id].append(row)
        known = self._load(of_endpoint)
        unwanted = [Tried(row, unwanted=True) for row in rows if row.endpoint_id not in known]
        if unwanted:
            record(unwanted, {})
        share = max(1, free // len(of_endpoint))
        for endpoint_id in known:
            claimed = of_endpoint[endpoint_id]
            lanes = min(share, LANES - at_work[endpoint_id], len(claimed))
            for lane in range(lanes):
                job = threads.submit(self._lane, self._receivers[endpoint_id], claimed[lane::lanes])
                self._running[job] = troubled, endpoint_id
        return len(rows)

    def _load(self, keys: Iterable[UUID]) -> list[UUID]:
        """Each endpoint that receives, as it is now: a secret that was rotated signs from the next claim on."""
        found = list(receiving().select_related("health", "hospital").filter(pk__in=list(keys)))
        for endpoint in found:
            self._receivers[endpoint.pk] = Receiver(
                url=endpoint.url, keys=keys_of(endpoint), health=endpoint.health,
                networks=networks(PRIVATE_NETWORKS.of(endpoint.hospital)),
            )  # fmt: skip
        return [endpoint.pk for endpoint in found]

    def _collect(self) -> int:
        """Record what has ended; waits a moment for the first."""
        if not self._running:
            return 0
        done, _ = wait(self._running, timeout=IDLE, return_when=FIRST_COMPLETED)
        results = [each for job in done for each in job.result()]
        for job in done:
            del self._running[job]
        if results:
            record(results, {key: each.health for key, each in self._receivers.items()})
            self.sent += sum(each.reply is not None for each in results)
        return len(results)

    def _lane(self, receiver: Receiver, rows: list[Claimed]) -> list[Tried]:
        """One after the other, until one fails or time is over; what was not begun goes back."""
        begin, made = time.monotonic(), []
        for row in rows:
            made.append(self._send(receiver, row))
            reply = made[-1].reply
            if reply is None or not arrived(reply) or time.monotonic() - begin > LANE_SECONDS:
                break
        if (time.monotonic() - begin) / len(made) > SLOW_SECONDS:
            self._slow = {**self._slow, rows[0].endpoint_id: time.monotonic() + SLOW_FOR}
        return made + [Tried(row) for row in rows[len(made) :]]

    def _send(self, receiver: Receiver, row: Claimed) -> Tried:
        begin = time.monotonic()
        try:
            reply = self._post(receiver, row)
        except Refused as refused:
            reply = reason_of(refused.error)
        except Exception:
            log.exception("webhook_not_sent", delivery=str(row.id))
            reply = reason_of("protocol")
        return Tried(row, reply, round((time.monotonic() - begin) * 1000))

    def _post(self, receiver: Receiver, row: Claimed) -> Reply:
        """Signed anew: the time of the try is part of it."""
        body = row.body.encode()
        target = resolve(receiver.url, receiver.networks, loopback=settings.WEBHOOKS_TO_LOOPBACK)
        return self.client.post(
            target, HEADERS | signed_headers(str(row.id), clock.machine(), body, receiver.keys), body
        )


def keys_of(endpoint: WebhookEndpoint) -> list[str]:
    """What signs now, the newest first."""
    old = endpoint.previous_until is not None and endpoint.previous_until > clock.now()
    return [endpoint.secret, *([endpoint.previous_secret] if old and endpoint.previous_secret else [])]


def deliver(*, seconds: float = SECONDS) -> int:
    """Send whatever is due now, in this thread's time; returns how many were tried. For tests and operators.

    `seconds`: after which a receiver that does not answer is given up.
    """
    pump = Pump(idle=0.0, client=WebhookClient(seconds=seconds))
    try:
        for _ in pump.run():
            pass
    finally:
        pump.client.close()
    return pump.sent
