"""Publishing and subscribing. Events are frozen dataclasses of ids and plain values, in an app's `events.py`."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import orjson
import structlog
from django.db import connection

from kernel import clock, ids
from kernel.outbox.models import OutboxEvent
from kernel.prepared import Prepared, types_of


class Event:
    """Base of every event. `topic` is `<app>.<what_happened>` and never changes; fields are ids and plain values."""

    topic: ClassVar[str] = ""
    hospital_id: UUID | None


@dataclass(frozen=True, slots=True)
class OfDeadLetter(Event):
    """`handler`: the name of the handler that refused an event of `of_topic`."""

    hospital_id: UUID | None
    letter_id: UUID
    handler: str
    of_topic: str


@dataclass(frozen=True, slots=True)
class EventDied(OfDeadLetter):
    """A handler has refused an event too often: it is a dead letter."""

    topic: ClassVar[str] = "kernel.event_died"


@dataclass(frozen=True, slots=True)
class EventRevived(OfDeadLetter):
    """An administrator had a dead letter tried again."""

    topic: ClassVar[str] = "kernel.event_revived"


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]
#: What an event is told apart by before anybody handles it: topic and hospital.
Kind = tuple[str, UUID | None]
#: Of the kinds of the events that wait, those that somebody wants; asked once for many, in the relay's transaction.
Wanted = Callable[[Collection[Kind]], Collection[Kind]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`name` identifies the handler wherever its code stands. `long`: it opens its own transactions.

    `wanted`: events of other kinds than it names are not queued for this handler.
    """

    name: str
    event: type[Event]
    handler: Handler
    queue: str
    long: bool = False
    wanted: Wanted | None = None


SUBSCRIPTIONS: dict[str, Subscription] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def subscribe(
    event: type[E], *, name: str, queue: str = "default", long: bool = False, wanted: Wanted | None = None
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a handler of `event`. It runs in a worker, in one transaction; called at least once, effective once.

    `name` is `<app>.<what_it_does>` and never changes: queues, inbox and dead letters know the handler by it. TypeError
    for one that is taken or has another form. A `long` handler reads files or the like before it writes: it runs in no
    transaction, and is itself safe to repeat. `wanted`: for handlers that hardly anybody needs; a topic takes one of
    them, so that the events it was queued for can be told from the others.
    """
    if not _NAME.fullmatch(name):
        raise TypeError(f"a handler's name is <app>.<what_it_does>, not {name!r}")

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        if name in SUBSCRIPTIONS:
            raise TypeError(
                f"two handlers are named {name!r}: {_place(SUBSCRIPTIONS[name].handler)} and {_place(handler)}"
            )
        if wanted is not None and asked_first(event.topic) is not None:
            raise TypeError(f"{event.topic} has a handler already that is asked first")
        SUBSCRIPTIONS[name] = Subscription(name, event, handler, queue, long, wanted)
        return handler

    return register


def _place(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def subscriptions_of(topic: str) -> list[Subscription]:
    """The handlers that every event of a topic is for."""
    return [s for s in SUBSCRIPTIONS.values() if s.event.topic == topic and s.wanted is None]


def asked_first(topic: str) -> Subscription | None:
    """The handler of a topic that is asked first which events it wants."""
    found = (s for s in SUBSCRIPTIONS.values() if s.event.topic == topic and s.wanted is not None)
    return next(found, None)


def payload_of(event: Event) -> dict[str, Any]:
    """JSON-ready values of the event."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(event))
    return plain


_COLUMNS = ("id", "topic", "payload", "hospital_id", "request_id", "created_at")
#: For a use case that publishes within its own statement: a SELECT of these columns follows, 0 for the last.
INSERT_EVENTS = f"INSERT INTO kernel_outboxevent ({', '.join(_COLUMNS)}, pending)"
_PUBLISH = Prepared(
    "outbox_publish",
    f"""
    {INSERT_EVENTS} VALUES ({", ".join(f"%({name})s" for name in _COLUMNS)}, 0)
    """,
    types_of(OutboxEvent, _COLUMNS),
    writes=True,
)


def publish(*events: Event) -> None:
    """Write the events to the outbox of the current transaction."""
    if len(events) == 1:
        with connection.cursor() as cursor:
            _PUBLISH.execute(cursor, row_of(events[0]))
        return
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    OutboxEvent.objects.bulk_create(
        OutboxEvent(topic=e.topic, payload=payload_of(e), hospital_id=e.hospital_id, request_id=request_id)
        for e in events
    )


def row_of(event: Event) -> dict[str, Any]:
    """The event's outbox columns (`payload` as JSON text), for a use case that inserts it within its own statement."""
    return {
        "id": ids.uuid7(),
        "topic": event.topic,
        "payload": orjson.dumps(event).decode(),
        "hospital_id": event.hospital_id,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "created_at": clock.now(),
    }


def rebuild(event: type[E], payload: dict[str, Any]) -> E:
    """The event from its stored payload; unknown keys (an older or newer release) are dropped."""
    values = {}
    for field in dataclasses.fields(event):  # type: ignore[arg-type]
        if field.name in payload:
            values[field.name] = _typed(field.type, payload[field.name])
    return event(**values)


def _typed(kind: Any, value: Any) -> Any:
    text = str(kind)
    if value is None:
        return None
    if "UUID" in text:
        return tuple(UUID(v) for v in value) if isinstance(value, list) else UUID(value)
    if "datetime" in text and "date" in text and isinstance(value, str):
        return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
