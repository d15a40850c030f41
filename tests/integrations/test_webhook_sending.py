"""What becomes of a delivery, whatever its receiver does; receivers and database are real."""

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest
from standardwebhooks import WebhookVerificationError

from apps.integrations.adapters.webhook_client import Reply, WebhookClient
from apps.integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.services import webhook_endpoints
from apps.integrations.services.webhook_deliveries import MAX_BODY, purge, replay, send_test
from apps.integrations.services.webhook_schedule import JITTER, MAX_RETRY_AFTER, SCHEDULE, next_try
from apps.integrations.services.webhook_sending import deliver
from kernel import clock
from kernel.targets import resolve
from processes import free_port
from tests.integrations.receiver import Answer, Receiver, receiver, status
from tests.integrations.webhook_support import (
    BOOKED,
    CANCELLED,
    at_its_time,
    cancel,
    endpoint_at,
    happen,
    last_try,
    only,
)
from tests.support.waiting import dawdle
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-03")


@pytest.fixture
def good() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def sent_to(world: World, url: str, seconds: float = 15.0) -> WebhookDelivery:
    """One event, tried once."""
    endpoint_at(world, url)
    happen(world.h1.pk)
    assert deliver(seconds=seconds) == 1
    return only()


def test_the_published_library_takes_the_signature_and_the_body_has_ids_alone(
    world: World, good: Receiver
) -> None:
    endpoint, secret = endpoint_at(world, good.url)
    appointment_id = happen(world.h1.pk)
    assert deliver() == 1
    (message,) = good.got
    body = message.verified(secret)
    delivery = only()
    assert message.headers["webhook-id"] == str(delivery.pk)
    assert body["type"] == BOOKED and body["sequence"] == 1
    assert body["data"]["appointment_id"] == str(appointment_id)
    assert body["data"].keys() == {"appointment_id", "patient_id", "practitioner_id", "department_id"}
    assert dt.datetime.fromisoformat(body["timestamp"]).utcoffset() == dt.timedelta()
    assert len(message.body) < MAX_BODY
    assert (delivery.state, delivery.last_status, delivery.due_at) == ("delivered", 200, None)
    tried = last_try()
    assert (tried.status, tried.error, tried.reply) == (200, "", "ok")
    assert endpoint.secret.startswith("whsec_") and secret == endpoint.secret


def test_a_changed_body_or_another_secret_is_not_verified(world: World, good: Receiver) -> None:
    _, secret = endpoint_at(world, good.url)
    happen(world.h1.pk)
    deliver()
    (message,) = good.got
    other = webhook_endpoints.new_secret()
    with pytest.raises(WebhookVerificationError):
        message.verified(other)
    message.body = message.body.replace(b'"sequence":1', b'"sequence":2')
    with pytest.raises(WebhookVerificationError):
        message.verified(secret)


def test_both_secrets_sign_during_the_overlap_and_the_new_one_alone_afterwards(
    world: World, good: Receiver
) -> None:
    endpoint, old = endpoint_at(world, good.url)
    new = webhook_endpoints.rotate_secret(endpoint, version=1).secret
    assert endpoint.previous_until is not None and endpoint.previous_until - clock.now() <= dt.timedelta(
        days=7
    )
    happen(world.h1.pk)
    deliver()
    assert good.got[0].verified(new) == good.got[0].verified(old)
    assert len(good.got[0].headers["webhook-signature"].split()) == 2
    with clock.frozen(endpoint.previous_until):
        happen(world.h1.pk)
        deliver()
    assert good.got[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        good.got[1].verified(old)


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_any_2xx_is_delivered(world: World, code: int) -> None:
    with receiver(status(code, b"" if code == 204 else b"done")) as made:
        assert sent_to(world, made.url).state == "delivered"


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(world: World, good: Receiver, code: int) -> None:
    with receiver(status(code, Location=good.url)) as made:
        delivery = sent_to(world, made.url)
    assert (delivery.state, delivery.last_error, delivery.last_status) == ("retrying", "redirect", code)
    assert good.got == []


@pytest.mark.parametrize("code", [400, 401, 404, 500, 503])
def test_any_other_status_is_tried_again(world: World, code: int) -> None:
    with receiver(status(code)) as made:
        delivery = sent_to(world, made.url)
    assert (delivery.state, delivery.last_error, delivery.tries) == ("retrying", "status", 1)


def test_410_switches_the_endpoint_off_and_cancels_what_waits(world: World) -> None:
    with receiver(status(410)) as made:
        endpoint, _ = endpoint_at(world, made.url)
        happen(world.h1.pk)
        happen(world.h1.pk)
        deliver()
        endpoint.refresh_from_db()
        assert (endpoint.state, endpoint.disabled_because) == ("disabled", "gone")
        assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"cancelled"}
        happen(world.h1.pk)
        assert deliver() == 0 and len(made.got) <= 2  # two threads at most were at it


@pytest.mark.parametrize(("asked", "seconds"), [("90", 90), ("999999", MAX_RETRY_AFTER)])
def test_retry_after_is_obeyed_within_bounds(world: World, asked: str, seconds: int) -> None:
    with receiver(status(429, Retry_After=asked)) as made:
        begin = clock.now()
        with clock.frozen(begin):
            delivery = sent_to(world, made.url)
            assert delivery.due_at == begin + dt.timedelta(seconds=seconds)
            happen(world.h1.pk)
            assert deliver() == 0  # nothing else of that endpoint either
        with clock.frozen(begin + dt.timedelta(seconds=seconds)):
            made.answer = status(200)
            assert deliver() == 2


@pytest.mark.parametrize("code", [429, 502, 504])
def test_who_has_too_much_to_do_is_left_alone_for_a_while(world: World, code: int) -> None:
    with receiver(status(code)) as made:
        sent_to(world, made.url)
        happen(world.h1.pk)
        assert deliver() == 0 and len(made.got) == 1
    held = WebhookHealth.objects.get().held_until
    assert held is not None and held > clock.now() + dt.timedelta(seconds=20)


def test_nobody_listens(world: World) -> None:
    delivery = sent_to(world, f"http://127.0.0.1:{free_port()}/")
    assert (delivery.state, delivery.last_error, delivery.last_status) == ("retrying", "connection", None)


def never(receiver: Receiver, request: BaseHTTPRequestHandler) -> None:
    request.connection.recv(1)


def drip(receiver: Receiver, request: BaseHTTPRequestHandler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000:
        request.wfile.write(bytes([byte]))
        dawdle(0.05)


@pytest.mark.parametrize("answer", [never, drip])
def test_who_does_not_answer_in_time_has_failed(world: World, answer: Answer) -> None:
    with receiver(answer) as made:
        delivery = sent_to(world, made.url, seconds=0.5)
    assert (delivery.state, delivery.last_error) == ("retrying", "timeout")
    assert 400 <= last_try().duration_ms < 3_000


def test_a_body_that_drips_is_no_failure_once_the_status_has_come(world: World) -> None:
    def slowly(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        for _byte in range(1_000):
            request.wfile.write(b"x")
            dawdle(0.05)

    with receiver(slowly) as made:
        assert sent_to(world, made.url, seconds=0.5).state == "delivered"
    assert last_try().duration_ms < 3_000


def test_of_a_huge_answer_the_first_kilobyte_is_kept_and_the_rest_is_not_read(world: World) -> None:
    sent = []

    def huge(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 30))
        request.end_headers()
        for _part in range(1 << 14):
            request.wfile.write(b"z" * (1 << 16))
            sent.append(1)

    with receiver(huge) as made:
        assert sent_to(world, made.url).state == "delivered"
    assert last_try().reply == "z" * 1024
    assert len(sent) < 200


def test_what_is_no_http_is_a_failure(world: World) -> None:
    def nonsense(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-nothing\r\n\r\n")
        request.close_connection = True

    with receiver(nonsense) as made:
        assert sent_to(world, made.url).last_error == "protocol"


def test_the_schedule_has_ten_tries_with_jitter_and_ends(world: World) -> None:
    with receiver(status(500)) as made:
        endpoint_at(world, made.url)
        happen(world.h1.pk)
        assert deliver() == 1
        for seconds in SCHEDULE[1:]:
            delivery = only()
            tried_at = last_try().created_at
            assert delivery.due_at is not None and delivery.state == "retrying"
            wait = (delivery.due_at - tried_at).total_seconds()
            assert seconds <= wait <= seconds * (1 + JITTER)
            assert at_its_time(delivery) == 1
    delivery = only()
    assert (delivery.state, delivery.tries, delivery.due_at) == ("exhausted", 10, None)
    assert SCHEDULE == (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert len({message.headers["webhook-id"] for message in made.got}) == 1
    assert len({message.body for message in made.got}) == 1


def test_tries_that_fail_together_do_not_come_back_together() -> None:
    now, reply = clock.now(), Reply(500)
    assert len({next_try(2, reply, now) for _ in range(50)}) > 40


def test_a_replay_sends_the_same_message_and_begins_the_schedule_again(world: World) -> None:
    with receiver(status(500)) as made:
        delivery = sent_to(world, made.url)
        WebhookDelivery.objects.update(state="exhausted", due_at=None, tries=10)
        delivery.refresh_from_db()
        WebhookHealth.objects.update(held_until=None)
        made.answer = status(200)
        replay(delivery)
        assert (delivery.state, delivery.tries, delivery.replays) == ("pending", 0, 1)
        assert deliver() == 1
    first, second = made.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
    assert only().state == "delivered"


def test_each_endpoint_counts_its_own_events_and_gets_those_it_chose(world: World, good: Receiver) -> None:
    endpoint_at(world, good.url + "/both", BOOKED, CANCELLED)
    endpoint_at(world, good.url + "/one", CANCELLED)
    happen(world.h1.pk)
    cancel(world.h1.pk)
    happen(world.h2.pk)
    assert deliver() == 3
    found: dict[str, list[tuple[int, str]]] = {}
    for message in good.got:
        body = json.loads(message.body)
        found.setdefault(message.path, []).append((body["sequence"], body["type"]))
    assert sorted(found["/hooks/both"]) == [(1, BOOKED), (2, CANCELLED)]
    assert found["/hooks/one"] == [(1, CANCELLED)]


def test_an_application_that_is_switched_off_is_told_nothing(world: World, good: Receiver) -> None:
    application = world.partner_application
    assert application is not None
    endpoint_at(world, good.url)
    happen(world.h1.pk)
    application.is_active = False
    application.save()
    happen(world.h1.pk)
    assert deliver() == 0 and good.got == []
    assert only().state == "cancelled"


def test_a_test_event_is_sent_to_whom_nobody_tells_anything_yet(world: World, good: Receiver) -> None:
    endpoint, secret = endpoint_at(world, good.url)
    send_test(endpoint)
    deliver()
    body = good.got[0].verified(secret)
    assert (body["type"], body["data"]) == ("endpoint.test", {"endpoint_id": str(endpoint.pk)})


def test_the_log_is_forgotten_after_thirty_days(world: World, good: Receiver) -> None:
    endpoint_at(world, good.url)
    happen(world.h1.pk)
    deliver()
    begin = clock.now()
    with clock.frozen(begin + dt.timedelta(days=29)):
        purge()
        assert WebhookAttempt.objects.count() == 1
    with clock.frozen(begin + dt.timedelta(days=31)):
        purge()
    assert not WebhookAttempt.objects.exists() and not WebhookDelivery.objects.exists()


def test_a_retired_endpoint_goes_with_the_last_of_its_log(world: World, good: Receiver) -> None:
    endpoint, _ = endpoint_at(world, good.url)
    happen(world.h1.pk)
    webhook_endpoints.retire(endpoint)
    begin = clock.now()
    for days, kept in ((29, True), (31, False)):
        with clock.frozen(begin + dt.timedelta(days=days)):
            purge()
        assert WebhookEndpoint.objects.exists() == kept


def test_threads_never_take_each_others_connection(good: Receiver) -> None:
    client, target = WebhookClient(), resolve(good.url, loopback=True)

    def post(_: int) -> set[int]:
        return {client.post(target, {"content-type": "application/json"}, b"{}").status for _ in range(20)}

    with ThreadPoolExecutor(24) as threads:
        found = set().union(*threads.map(post, range(24)))
    client.close()
    assert (found, len(good.got)) == ({200}, 480)


def test_a_connection_that_the_receiver_closed_is_made_anew() -> None:
    def once(made: Receiver, request: BaseHTTPRequestHandler) -> None:
        status(200)(made, request)
        request.close_connection = True

    with receiver(once) as made:
        client, target = WebhookClient(), resolve(made.url, loopback=True)
        assert [client.post(target, {}, b"{}").status for _ in range(5)] == [200] * 5
        client.close()
