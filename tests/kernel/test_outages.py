"""A server that is away is told from a question that was bad, and costs a task none of its tries."""

from collections.abc import Iterator
from typing import Any

import dramatiq
import psycopg2
import pytest
import redis
from django.db import connection, transaction
from django.db.utils import DatabaseError, Error, OperationalError

from kernel.outages import is_outage
from kernel.outbox import relay
from kernel.outbox.models import DeadLetter
from tests.kernel.test_outbox import Handlers, Happened, handlers, happen, names, settled, worker
from tests.support.waiting import wait_until

__all__ = ["handlers", "worker"]
pytestmark = [pytest.mark.requirement("MSG-07"), pytest.mark.django_db(transaction=True)]
END_OF_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture(autouse=True)
def _whole_connection() -> Iterator[None]:
    yield
    connection.close()


def failure_of(*statements: str) -> Error:
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return caught.value


def test_a_connection_that_ends_is_an_outage() -> None:
    assert is_outage(failure_of(END_OF_CONNECTION))


def test_a_server_that_nobody_reaches_is_an_outage() -> None:
    unreachable = OperationalError()
    with pytest.raises(psycopg2.OperationalError) as caught:
        psycopg2.connect("host=127.0.0.1 port=1 connect_timeout=1")
    unreachable.__cause__ = caught.value
    assert is_outage(unreachable)
    with pytest.raises(redis.RedisError) as refused:
        redis.Redis(port=1, socket_connect_timeout=0.1).ping()
    assert is_outage(refused.value)


@pytest.mark.parametrize(
    "statements",
    [
        ("SET LOCAL statement_timeout = 1", "SELECT pg_sleep(1)"),
        ("SELECT 1 / 0",),
        ("SELECT * FROM no_such_table",),
    ],
    ids=["too slow", "impossible", "wrong"],
)
def test_a_bad_question_is_no_outage(statements: tuple[str, ...]) -> None:
    failure = failure_of(*statements)
    assert isinstance(failure, DatabaseError)
    assert not is_outage(failure)


def test_an_outage_is_none_of_the_tries_of_a_handler(
    worker: dramatiq.Worker, handlers: Handlers, monkeypatch: Any
) -> None:
    """Two retries are allowed, five times the connection ends."""
    ends = iter(range(5))
    wanted = handlers.wanted

    def run(event: Happened) -> None:
        if next(ends, None) is not None:
            with connection.cursor() as cursor:
                cursor.execute(END_OF_CONNECTION)
        wanted(event)

    monkeypatch.setattr("kernel.retries.MAX_MS", 20)
    from kernel.outbox import events

    kept = events.SUBSCRIPTIONS
    for name, subscription in list(kept.items()):
        if name == "tests.wanted":
            kept[name] = events.Subscription(name, subscription.event, run, subscription.queue)
    event = happen("after the outage")
    relay.drain()
    wait_until(lambda: settled(event))
    assert names() == ["after the outage", "other after the outage"]
    assert not DeadLetter.objects.exists()
