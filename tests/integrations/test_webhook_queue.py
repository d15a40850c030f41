"""From an event of the outbox to the receiver, with real connections, workers that die and receivers that hang."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest
from django.db import connection, connections, transaction

from apps.identity.models import Hospital
from apps.integrations import tasks
from apps.integrations.models import WebhookDelivery
from apps.integrations.selectors import wanted_kinds
from apps.integrations.services import webhook_endpoints, webhook_rows
from apps.integrations.services.webhook_sending import LANES, deliver
from apps.integrations.services.webhook_waking import Turn
from apps.scheduling.events import AppointmentBooked, AppointmentCancelled
from kernel import clock
from kernel.ids import uuid7
from kernel.outbox import relay
from kernel.outbox.events import publish
from kernel.outbox.models import InboxEntry, OutboxEvent
from kernel.outbox.tasks import handle_event
from tests.integrations.receiver import Receiver, receiver, status
from tests.integrations.webhook_support import BOOKED, endpoint_at, happen, only
from tests.support.waiting import wait_until
from tests.support.world import World, build_world

pytestmark = [pytest.mark.requirement("INT-03"), pytest.mark.django_db(transaction=True)]
HANDLER = "integrations.webhook_appointment_booked"


@pytest.fixture
def town(transactional_db: None) -> World:
    return build_world()


def book(hospital: Hospital) -> OutboxEvent:
    """The event is committed and the relay has seen it."""
    before = set(OutboxEvent.objects.values_list("pk", flat=True))
    with transaction.atomic():
        publish(
            AppointmentBooked(
                hospital_id=hospital.pk, appointment_id=uuid7(), patient_id=uuid7(), account_id=None,
                practitioner_id=uuid7(), department_id=uuid7(), starts_at=clock.now(), number=1,
            )
        )  # fmt: skip
    relay.drain()
    return OutboxEvent.objects.exclude(pk__in=before).get(topic=AppointmentBooked.topic)


def others(event: OutboxEvent) -> int:
    from kernel.outbox.events import subscriptions_of

    return len(subscriptions_of(event.topic))


def test_an_event_is_queued_for_webhooks_only_where_an_endpoint_wants_it(town: World) -> None:
    event = book(town.h1)
    assert event.pending == others(event)
    with receiver() as made:
        endpoint_at(town, made.url)
        event, foreign = book(town.h1), book(town.h2)
        assert (event.pending, foreign.pending) == (others(event) + 1, others(event))
        handle_event(str(event.pk), HANDLER)
        handle_event(str(event.pk), HANDLER)  # queued twice: once in effect
        assert WebhookDelivery.objects.count() == 1
        assert deliver() == 1 and len(made.got) == 1
    event.refresh_from_db()
    assert event.pending == others(event)


def test_what_was_queued_for_nobody_is_not_queued_again_as_lost(town: World) -> None:
    event = book(town.h1)
    with receiver() as made:
        endpoint_at(town, made.url)
        OutboxEvent.objects.filter(pk=event.pk).update(published_at=clock.now() - relay.LOST_AFTER * 2)
        assert relay.republish_lost() == others(event)
        wanted = book(town.h1)
        OutboxEvent.objects.filter(pk=event.pk).update(pending=0)
        OutboxEvent.objects.filter(pk=wanted.pk).update(published_at=clock.now() - relay.LOST_AFTER * 2)
        assert relay.republish_lost() == others(wanted) + 1
    assert not InboxEntry.objects.filter(handler=HANDLER).exists()


def test_one_statement_says_which_events_are_wanted(town: World, django_assert_num_queries: object) -> None:
    with receiver() as made:
        endpoint_at(town, made.url, BOOKED)
        booked = (AppointmentBooked.topic, town.h1.pk)
        kinds = [booked, (AppointmentCancelled.topic, town.h1.pk), (AppointmentBooked.topic, town.h2.pk)]
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert wanted_kinds(kinds) == [booked]


def test_a_worker_that_dies_leaves_its_delivery_to_another(town: World) -> None:
    with receiver() as made:
        endpoint_at(town, made.url)
        happen(town.h1.pk)
        begin = clock.now()
        assert len(webhook_rows.claim(troubled=False, receivers=5, room=5)) == 1  # and then it is killed
        assert deliver() == 0
        with clock.frozen(begin + webhook_rows.LEASE * 2):
            assert deliver() == 1
    assert len(made.got) == 1 and only().state == "delivered"


def test_a_result_that_comes_after_the_lease_changes_nothing(town: World) -> None:
    with receiver() as made:
        endpoint, _ = endpoint_at(town, made.url)
        happen(town.h1.pk)
        begin = clock.now()
        (late,) = webhook_rows.claim(troubled=False, receivers=5, room=5)
        with clock.frozen(begin + webhook_rows.LEASE * 2):
            assert deliver() == 1
            webhook_rows.record([webhook_rows.Tried(late, webhook_rows.reason_of("timeout"))], {
                endpoint.pk: endpoint.health
            })  # fmt: skip
    assert only().state == "delivered"


def test_who_has_much_to_come_does_not_keep_the_others_waiting(town: World) -> None:
    with receiver() as made:
        busy, _ = endpoint_at(town, f"{made.url}/busy")
        for _ in range(100):
            happen(town.h1.pk)
        endpoint_at(town, f"{made.url}/quiet")
        happen(town.h1.pk)
        taken = webhook_rows.claim(troubled=False, receivers=2, room=10)
    assert sum(row.endpoint_id == busy.pk for row in taken) == 10
    assert sum(row.endpoint_id != busy.pk for row in taken) == 1


def test_two_workers_never_have_one_delivery_at_once(town: World) -> None:
    with receiver() as made:
        endpoint_at(town, made.url)
        for _ in range(40):
            happen(town.h1.pk)
        start = threading.Barrier(4)

        def work() -> list[object]:
            start.wait()
            try:
                found: list[object] = []
                for _ in range(20):
                    found += [row.id for row in webhook_rows.claim(troubled=False, receivers=5, room=7)]
                return found
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            taken = [key for job in [pool.submit(work) for _ in range(4)] for key in job.result()]
    assert len(taken) == len(set(taken)) > 0


def test_two_senders_deliver_each_event_once(town: World) -> None:
    with receiver() as made:
        for number in range(3):
            endpoint_at(town, f"{made.url}/{number}")
        for _ in range(50):
            happen(town.h1.pk)

        def work() -> None:
            try:
                deliver()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(work) for _ in range(2)]:
                job.result()
        while WebhookDelivery.objects.exclude(state="delivered").exists():
            deliver()
    ids = [message.headers["webhook-id"] for message in made.got]
    assert len(ids) == len(set(ids)) == 150


def test_a_receiver_that_hangs_keeps_nobody_waiting_and_gets_one_request_at_a_time(town: World) -> None:
    free = threading.Event()

    def hang(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        free.wait(20)

    with receiver(hang) as dead, receiver() as good:
        endpoint_at(town, dead.url)
        deliver_first(town, dead)
        endpoint_at(town, good.url)
        for _ in range(100):
            happen(town.h1.pk)
        WebhookDelivery.objects.filter(endpoint__url=dead.url).update(due_at=clock.now())
        clear_holds()
        begin = time.monotonic()
        sender = threading.Thread(target=run_and_close, daemon=True)
        sender.start()
        wait_until(lambda: len(good.got) == 100)
        seconds = time.monotonic() - begin
        free.set()
        sender.join(30)
    assert seconds < 5
    assert dead.most == 2  # the one that hangs since the beginning, and one at a time besides


def test_who_begins_to_hang_holds_a_few_requests_however_much_waits(town: World) -> None:
    free = threading.Event()

    def hang(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        free.wait(20)

    with receiver(hang) as dead, receiver() as good:
        for url in (dead.url, good.url):
            endpoint_at(town, url)
        for _ in range(80):
            happen(town.h1.pk)
        sender = threading.Thread(target=run_and_close, daemon=True)
        sender.start()
        wait_until(lambda: len(good.got) == 80)
        wait_until(lambda: dead.most == LANES)
        free.set()
        sender.join(30)
    assert dead.most == LANES


def deliver_first(town: World, dead: Receiver) -> None:
    """The receiver is known to fail."""
    happen(town.h1.pk)
    assert deliver(seconds=0.3) == 1


def clear_holds() -> None:
    from apps.integrations.models import WebhookHealth

    WebhookHealth.objects.update(held_until=None)


def run_and_close() -> None:
    try:
        deliver(seconds=3)
    finally:
        connection.close()


def test_a_sender_has_a_turn_and_a_third_one_leaves_the_work_to_them(town: World) -> None:
    first, second, third = Turn(), Turn(), Turn()
    assert first.take() and second.take() and not third.take()
    first.leave()
    assert third.take()


def test_the_actor_sends_what_is_due(town: World) -> None:
    with receiver() as made:
        endpoint_at(town, made.url)
        happen(town.h1.pk)
        tasks.deliver_webhooks.fn()
        assert len(made.got) == 1 and only().state == "delivered"


def test_a_handler_that_cannot_be_asked_holds_up_no_event(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE integrations_webhookendpoint RENAME TO integrations_away")
    try:
        event = book(town.h1)
        assert event.published_at is not None and event.pending == others(event) + 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE integrations_away RENAME TO integrations_webhookendpoint")
    handle_event(str(event.pk), HANDLER)
    event.refresh_from_db()
    assert (event.pending, WebhookDelivery.objects.count()) == (others(event), 0)


def test_a_receiver_that_is_gone_takes_no_other_result_along(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_endpoints, "BATCH", 2)
    with receiver() as well, receiver(status(410)) as gone:
        endpoint_at(town, well.url)
        endpoint, _ = endpoint_at(town, gone.url)
        for _ in range(7):
            happen(town.h1.pk)
        deliver()
        tasks.sweep_webhooks.fn()
        rows = WebhookDelivery.objects.values_list("endpoint_id", "state")
        assert {state for key, state in rows if key == endpoint.pk} == {"cancelled"}
        assert {state for key, state in rows if key != endpoint.pk} == {"delivered"}
