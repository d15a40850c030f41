"""Webhooks from inside the product: the bare client, a fast receiver, and a dead one beside it."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from django.db.models import F

from apps.identity.models import Hospital
from apps.identity.services.partners import create_application
from apps.integrations.adapters.webhook_client import WebhookClient
from apps.integrations.event_types import TEST
from apps.integrations.models import WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.services.webhook_deliveries import body_of
from apps.integrations.services.webhook_endpoints import create_endpoint
from apps.integrations.services.webhook_sending import HEADERS, LANES, Pump
from apps.integrations.signing import signed_headers
from kernel import clock, ids
from kernel.targets import resolve

ROUNDS = 3


def webhook_rates(count: str, fast: str, dead: str, closed: str) -> dict[str, float]:
    """Deliveries a second: `bare` (the client posts signed bodies), `alone`, and beside one that hangs or refuses."""
    application, _ = create_application(
        hospital=Hospital.objects.earliest("id"), name="bench", allowed_scopes=[]
    )
    made = [
        create_endpoint(
            application=application,
            url=f"http://127.0.0.1:{port}/hooks",
            name="bench",
            event_types=["bill.paid"],
        )[0]
        for port in (fast, dead, closed)
    ]
    number = int(count)
    _write(made[0], 200)
    _send(made[0])  # warm
    found = {"bare": number / _bare(made[0], number)}
    rates: dict[str, list[float]] = {"alone": [], "hangs": [], "refuses": []}
    cases = [("alone", None), ("hangs", made[1]), ("refuses", made[2])]
    for turn in range(
        ROUNDS
    ):  # each is once the first and once the last: tables grow, and the machine has other work
        for name, other in cases[turn:] + cases[:turn]:
            if other is not None:
                _revive(other)
                _write(other, number)
            _write(made[0], number)
            rates[name].append(number / _send(made[0]))
            WebhookEndpoint.objects.filter(pk__in=[each.pk for each in made[1:]]).update(state="disabled")
    found |= {name: statistics.median(each) for name, each in rates.items()}
    return found


def _revive(endpoint: WebhookEndpoint) -> None:
    """As if it had never failed."""
    WebhookDelivery.objects.filter(endpoint=endpoint).delete()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(state="active")
    WebhookHealth.objects.filter(pk=endpoint.pk).update(failures=0, failing_since=None, held_until=None)


def _write(endpoint: WebhookEndpoint, number: int) -> None:
    health = WebhookHealth.objects.get(pk=endpoint.pk)
    now, first = clock.now(), health.last_sequence
    WebhookHealth.objects.filter(pk=endpoint.pk).update(last_sequence=F("last_sequence") + number)
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(
                hospital_id=endpoint.hospital_id, endpoint=endpoint, event_type=TEST, sequence=first + n, due_at=now,
                body=body_of(TEST, now, first + n, {"endpoint_id": endpoint.pk}),
            )
            for n in range(1, number + 1)
        ),
        batch_size=1_000,
    )  # fmt: skip


def _send(endpoint: WebhookEndpoint) -> float:
    """Seconds until all of this endpoint's are delivered."""
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, due_at__isnull=False)
    pump, begin = Pump(seconds=120.0), time.monotonic()
    looked, seconds = begin, 0.0
    for _ in pump.run():
        if time.monotonic() - looked > 0.05:
            looked = time.monotonic()
            if not waiting.exists():
                seconds = looked - begin
                break
    pump.client.close()
    return seconds or time.monotonic() - begin


def _bare(endpoint: WebhookEndpoint, number: int) -> float:
    """Seconds of as many threads as one receiver gets, with nothing but the client."""
    client, body = WebhookClient(), body_of(TEST, clock.now(), 1, {"endpoint_id": endpoint.pk}).encode()

    def post(share: int) -> None:
        for _ in range(share):
            headers = signed_headers(str(ids.uuid7()), clock.machine(), body, [endpoint.secret])
            if client.post(resolve(endpoint.url, loopback=True), HEADERS | headers, body).status != 204:
                raise RuntimeError("the receiver does not answer")

    begin = time.monotonic()
    with ThreadPoolExecutor(LANES) as threads:
        for job in [threads.submit(post, number // LANES) for _ in range(LANES)]:
            job.result()
    seconds = time.monotonic() - begin
    client.close()
    return seconds
