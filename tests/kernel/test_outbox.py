"""What a transaction published reaches every handler: once in effect, whatever fails in between."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import dramatiq
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError

from apps.audit.models import AuditEvent
from apps.identity.models import Group
from kernel import clock
from kernel.outbox import events, relay, tasks
from kernel.outbox.events import Event, Kind, publish, rebuild, subscribe
from kernel.outbox.models import DeadLetter, InboxEntry, OutboxEvent
from tests.support.waiting import wait_until
from tests.support.world import World
from valkey_server import Valkey

pytestmark = pytest.mark.requirement("MSG-07")
LETTERS = "/api/admin/v1/operations/dead-letters"


@dataclass(frozen=True, slots=True)
class Happened(Event):
    topic: ClassVar[str] = "test.happened"
    hospital_id: UUID | None
    name: str
    many: tuple[UUID, ...] = ()
    day: dt.date | None = None
    moment: dt.datetime | None = None


class Handlers:
    """`wanted` fails `failures` times, then writes a group of the event's name; `other` always writes."""

    def __init__(self) -> None:
        self.failures, self.calls = 0, 0

    def wanted(self, event: Happened) -> None:
        self.calls += 1
        Group.objects.create(name=event.name)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not yet, 还没好")

    def other(self, event: Happened) -> None:
        Group.objects.create(name=f"other {event.name}")


@pytest.fixture
def handlers(transactional_db: None, redis_url: str) -> Iterator[Handlers]:
    made = Handlers()
    before = dict(events.SUBSCRIPTIONS)
    events.SUBSCRIPTIONS.clear()
    for name, queue in (("wanted", "urgent"), ("other", "bulk")):
        method = getattr(made, name)

        def run(event: Happened, method: Callable[[Happened], None] = method) -> None:
            method(event)

        subscribe(Happened, name=f"tests.{name}", queue=queue)(run)
    broker = dramatiq.get_broker()
    broker.flush_all()
    options, old = tasks.handle_event.options, dict(tasks.handle_event.options)
    options |= {"max_retries": 2, "min_backoff": 1, "max_backoff": 20}
    yield made
    options.clear()
    options.update(old)
    broker.flush_all()
    events.SUBSCRIPTIONS.clear()
    events.SUBSCRIPTIONS.update(before)


@pytest.fixture
def worker(handlers: Handlers) -> Iterator[dramatiq.Worker]:
    made = dramatiq.Worker(dramatiq.get_broker(), worker_threads=4, worker_timeout=50)
    made.start()
    yield made
    made.stop()


def happen(name: str, hospital: UUID | None = None) -> OutboxEvent:
    with transaction.atomic():
        publish(Happened(hospital, name, (uuid4(),), dt.date(2026, 1, 2), clock.now()))
    return OutboxEvent.objects.latest("id")


def names() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


def settled(event: OutboxEvent) -> bool:
    return OutboxEvent.objects.get(pk=event.pk).pending == 0


def test_an_event_reaches_every_handler_and_nothing_of_a_rolled_back_one_does(
    worker: dramatiq.Worker,
) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(Happened(None, "never"))
        raise ZeroDivisionError
    event = happen("a")
    assert relay.drain() == 1
    wait_until(lambda: settled(event))
    assert names() == ["a", "other a"]
    assert relay.drain() == 0


def test_an_event_is_rebuilt_as_it_was() -> None:
    event = Happened(
        uuid4(), "x", (uuid4(), uuid4()), dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)
    )
    assert rebuild(Happened, events.payload_of(event)) == event
    assert rebuild(Happened, {**events.payload_of(event), "newer": 1}) == event


def test_a_second_delivery_has_no_effect(worker: dramatiq.Worker) -> None:
    event = happen("twice")
    relay.drain()
    for subscription in events.subscriptions_of(Happened.topic):
        for _ in range(5):
            tasks.enqueue(event.id, subscription)
    wait_until(lambda: settled(event))
    for queue in tasks.QUEUES:
        dramatiq.get_broker().join(queue)
    worker.join()
    assert names() == ["other twice", "twice"]
    assert InboxEntry.objects.count() == 2
    assert OutboxEvent.objects.get(pk=event.pk).pending == 0


def test_a_handler_that_fails_is_tried_again_without_half_an_effect(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    handlers.failures = 2
    event = happen("third time")
    relay.drain()
    wait_until(lambda: settled(event))
    assert handlers.calls == 3
    assert names() == ["other third time", "third time"]
    assert not DeadLetter.objects.exists()


def test_the_change_of_a_handler_names_it_in_the_operation_log(worker: dramatiq.Worker) -> None:
    event = happen("logged")
    relay.drain()
    wait_until(lambda: settled(event))
    line = AuditEvent.objects.filter(object_type="identity.group", after__name="logged").get()
    assert line.actor == "task:tests.wanted"


def test_what_is_refused_too_often_becomes_a_dead_letter_that_is_replayed(
    world: World, worker: dramatiq.Worker, handlers: Handlers
) -> None:
    handlers.failures = 3
    event = happen("dead", world.h1.pk)
    relay.drain()
    wait_until(DeadLetter.objects.exists)
    boss, admin = world.client("boss"), world.client("admin1")
    (row,) = admin.get(LETTERS).json()["results"]
    assert (row["topic"], row["handler"]) == ("test.happened", "tests.wanted")
    assert "还没好" in row["error"] and row["payload"]["name"] == "dead" and row["replayed_at"] is None
    assert world.client("admin2").get(LETTERS).json()["results"] == []
    assert world.client("admin2").post(f"{LETTERS}/{row['id']}/replay").status_code == 404
    assert world.client("doctor_a").post(f"{LETTERS}/{row['id']}/replay").status_code == 403
    state = boss.get("/api/admin/v1/operations/outbox").json()
    assert (state["dead"], state["pending"], state["waiting"]) == (1, 1, 1)  # what tells of it waits
    assert relay.republish_lost() == 0
    answer = admin.post(f"{LETTERS}/{row['id']}/replay")
    assert (answer.status_code, answer.json()["replayed_at"] is not None) == (200, True)
    wait_until(lambda: settled(event))
    assert "dead" in names()
    again = admin.post(f"{LETTERS}/{row['id']}/replay")
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")
    assert admin.get(f"{LETTERS}?is_replayed=false").json()["results"] == []
    assert len(admin.get(f"{LETTERS}?is_replayed=true").json()["results"]) == 1


def test_a_replay_that_fails_again_is_a_dead_letter_again(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    handlers.failures = 6
    event = happen("stubborn")
    relay.drain()
    wait_until(DeadLetter.objects.exists)
    with transaction.atomic():
        tasks.replay(DeadLetter.objects.get())
    wait_until(lambda: handlers.failures == 0 and DeadLetter.objects.filter(replayed_at=None).exists())
    with transaction.atomic():
        tasks.replay(DeadLetter.objects.get())
    wait_until(lambda: settled(event))
    assert names() == ["other stubborn", "stubborn"]


def test_a_letter_whose_handler_is_gone_is_not_replayed(world: World, handlers: Handlers) -> None:
    letter = DeadLetter.objects.create(event=happen("gone", world.h1.pk), handler="tests.gone", error="x")
    answer = world.client("admin1").post(f"{LETTERS}/{letter.pk}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "handler_gone")
    assert "tests.gone" in answer.json()["detail"]
    letter.refresh_from_db()
    assert letter.replayed_at is None


def gone(name: str) -> None:
    """As a release does that gives a handler up while events wait for it."""
    del events.SUBSCRIPTIONS[name]


def test_an_event_whose_handler_is_gone_becomes_a_dead_letter_and_holds_up_nothing(
    world: World, worker: dramatiq.Worker, handlers: Handlers
) -> None:
    worker.pause()
    event = happen("left", world.h1.pk)
    relay.drain()
    gone("tests.wanted")
    worker.resume()
    later = happen("later", world.h1.pk)
    relay.drain()
    wait_until(lambda: settled(later))
    wait_until(DeadLetter.objects.exists)
    letter = DeadLetter.objects.get()
    assert (letter.event_id, letter.handler) == (event.pk, "tests.wanted")
    assert "no handler is named 'tests.wanted'" in letter.error
    (row,) = world.client("admin1").get(LETTERS).json()["results"]
    assert row["id"] == str(letter.pk)
    assert world.client("boss").get("/api/admin/v1/operations/outbox").json()["dead"] == 1
    assert {"other later", "other left"} <= set(names())
    assert not {"later", "left"} & set(names())
    assert OutboxEvent.objects.filter(topic="kernel.event_died").count() == 1


def test_an_event_that_the_queue_forgot_and_whose_handler_is_gone_becomes_one_dead_letter(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    worker.pause()
    event = happen("forgotten")
    relay.drain()
    dramatiq.get_broker().flush_all()
    gone("tests.wanted")
    worker.resume()
    step = relay.LOST_AFTER + dt.timedelta(seconds=1)
    with clock.frozen(clock.now() + step):
        assert relay.republish_lost() == 1
        wait_until(lambda: OutboxEvent.objects.get(pk=event.pk).pending == 1)
    for times in (2, 3):  # and not again
        with clock.frozen(clock.now() + times * step):
            assert relay.republish_lost() == 0
            letter = DeadLetter.objects.get()
            assert (letter.event_id, letter.handler) == (event.pk, relay.UNKNOWN)
    assert OutboxEvent.objects.filter(topic="kernel.event_died").count() == 1


def test_events_of_no_hospital_are_for_those_who_reach_everything(world: World, handlers: Handlers) -> None:
    DeadLetter.objects.create(event=happen("group"), handler="x", error="x")
    assert world.client("admin1").get(LETTERS).json()["results"] == []
    assert len(world.client("boss").get(LETTERS).json()["results"]) == 1


def test_a_queue_that_is_away_loses_nothing(handlers: Handlers, tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", durable=True)
    broker = dramatiq.get_broker()
    assert isinstance(broker, RedisBroker)
    away = RedisBroker(url=server.start())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(broker, "client", away.client)
        patch.setattr(broker, "scripts", away.scripts)
        server.stop()
        written = [happen(f"n{number}") for number in range(20)]
        with pytest.raises((RedisError, dramatiq.errors.BrokerError)):
            relay.drain()
        assert OutboxEvent.objects.filter(published_at=None).count() == 20
        server.start()
        assert relay.drain() == 20
        worker = dramatiq.Worker(broker, worker_threads=4, worker_timeout=50)
        worker.start()
        try:
            wait_until(lambda: all(settled(event) for event in written))
        finally:
            worker.stop()
            server.stop()
    assert len(names()) == 40 == len(set(names()))


def test_what_a_queue_has_forgotten_is_queued_again(worker: dramatiq.Worker, handlers: Handlers) -> None:
    worker.pause()
    event = happen("forgotten")
    relay.drain()
    dramatiq.get_broker().flush_all()
    worker.resume()
    assert relay.republish_lost() == 0  # may still be under way
    with clock.frozen(clock.now() + relay.LOST_AFTER + dt.timedelta(seconds=1)):
        assert relay.republish_lost() == 2
        wait_until(lambda: settled(event))
        assert relay.republish_lost() == 0
    assert names() == ["forgotten", "other forgotten"]


def test_what_was_handled_before_its_drain_failed_is_settled_by_the_next_drain(
    worker: dramatiq.Worker,
) -> None:
    event = happen("early")
    with pytest.raises(RuntimeError), transaction.atomic():
        relay.drain()
        raise RuntimeError("the relay lost its database after queueing")
    wait_until(lambda: OutboxEvent.objects.get(pk=event.pk).pending == -2)
    assert relay.drain() == 1
    assert settled(event)
    assert names() == ["early", "other early"]


def test_relays_side_by_side_share_the_work(handlers: Handlers) -> None:
    from tests.kernel.test_states_and_locks import at_once

    with transaction.atomic():
        publish(*(Happened(None, str(number)) for number in range(200)))
    assert sum(at_once([lambda: sum(relay.drain(batch=20) for _ in range(10))] * 3)) == 200
    assert dramatiq.get_broker().do_qsize("urgent") == 200  # type: ignore[attr-defined]


def test_the_command_empties_the_outbox_and_leaves(handlers: Handlers) -> None:
    happen("by command")
    call_command("relay", "--once")
    assert not OutboxEvent.objects.filter(published_at=None).exists()


def test_handled_events_are_forgotten_and_dead_letters_are_not(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    done = happen("done")
    relay.drain()
    wait_until(lambda: settled(done))
    handlers.failures = 3
    dead = happen("dead")
    relay.drain()
    wait_until(DeadLetter.objects.exists)
    with clock.frozen(clock.now() + relay.KEEP + dt.timedelta(minutes=1)):
        relay.purge()
    left = OutboxEvent.objects.filter(topic=Happened.topic)
    assert list(left.values_list("pk", flat=True)) == [dead.pk]
    connections.close_all()


def test_a_long_handler_holds_no_transaction_and_is_not_run_again_once_it_is_done(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    seen: list[bool] = []

    def test_long(event: Happened) -> None:
        seen.append(transaction.get_connection().in_atomic_block)
        if len(seen) == 1:
            raise RuntimeError("the file is away")

    name = "tests.reads_a_file"
    subscribe(Happened, name=name, queue="bulk", long=True)(test_long)
    event = happen("long")
    relay.drain()
    wait_until(lambda: settled(event))
    assert seen == [False, False]
    assert InboxEntry.objects.filter(event_id=event.pk, handler=name).count() == 1
    tasks.handle_event(str(event.pk), name)
    assert (len(seen), OutboxEvent.objects.get().pending) == (2, 0)


def test_two_handlers_never_have_one_name(handlers: Handlers) -> None:
    with pytest.raises(TypeError, match=r"two handlers are named 'tests\.wanted'"):
        subscribe(Happened, name="tests.wanted")(handlers.other)
    assert len(events.subscriptions_of(Happened.topic)) == 2


def test_a_topic_has_one_handler_that_is_asked_first(handlers: Handlers) -> None:
    subscribe(Happened, name="tests.asked", wanted=lambda kinds: kinds)(handlers.other)
    with pytest.raises(TypeError, match="asked first"):
        subscribe(Happened, name="tests.asked_too", wanted=lambda kinds: kinds)(handlers.wanted)


def test_who_is_asked_first_gets_the_events_that_it_wants_and_counts_for_those_alone(
    worker: dramatiq.Worker, handlers: Handlers
) -> None:
    hospital, seen = uuid4(), []

    def of_one_hospital(kinds: Collection[Kind]) -> list[Kind]:
        return [kind for kind in kinds if kind[1] == hospital]

    subscribe(Happened, name="tests.asked", wanted=of_one_hospital)(lambda event: seen.append(event.name))
    theirs, ours = happen("theirs", uuid4()), happen("ours", hospital)
    relay.drain()
    wait_until(lambda: settled(theirs) and settled(ours))
    assert seen == ["ours"]


@pytest.mark.parametrize("name", ["", "wanted", "tests.Wanted", "tests.kernel.wanted", "tests.wanted twice"])
def test_a_handler_is_named_by_its_app_and_what_it_does(handlers: Handlers, name: str) -> None:
    with pytest.raises(TypeError, match=r"<app>\.<what_it_does>"):
        subscribe(Happened, name=name)


def move_to_another_module(name: str, handler: Callable[[Happened], None]) -> None:
    """As a release does that keeps the handler's name and nothing else of it."""
    del events.SUBSCRIPTIONS[name]

    def renamed(event: Happened) -> None:
        handler(event)

    renamed.__module__, renamed.__qualname__ = "apps.elsewhere.subscribers", "renamed"
    subscribe(Happened, name=name, queue="default")(renamed)


def test_a_handler_that_moved_runs_no_event_twice(worker: dramatiq.Worker, handlers: Handlers) -> None:
    event = happen("moved")
    relay.drain()
    wait_until(lambda: settled(event))
    move_to_another_module("tests.wanted", handlers.wanted)
    for subscription in events.subscriptions_of(Happened.topic):
        tasks.enqueue(event.id, subscription)
    for queue in tasks.QUEUES:
        dramatiq.get_broker().join(queue)
    worker.join()
    assert (handlers.calls, names()) == (1, ["moved", "other moved"])


def test_a_handler_that_moved_replays_its_dead_letters(
    world: World, worker: dramatiq.Worker, handlers: Handlers
) -> None:
    handlers.failures = 3
    event = happen("left behind", world.h1.pk)
    relay.drain()
    wait_until(DeadLetter.objects.exists)
    move_to_another_module("tests.wanted", handlers.wanted)
    answer = world.client("admin1").post(f"{LETTERS}/{DeadLetter.objects.get().pk}/replay")
    assert answer.status_code == 200, answer.content
    wait_until(lambda: settled(event))
    assert handlers.calls == 4
    assert {"left behind", "other left behind"} <= set(names())
