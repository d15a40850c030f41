"""A worker that loses the database hands on what it knows: no message waits for a lease or a report that need not."""

from typing import Any

import pytest
from django.db import connection, transaction

from apps.messaging.channels.base import PermanentChannelError, SendResult, TemporaryChannelError
from apps.messaging.models import DeliveryAttempt, Message
from apps.messaging.services.claims import claim
from apps.messaging.services.known import known, record
from apps.messaging.services.routing import Router
from apps.messaging.services.sweeping import release_expired
from kernel import clock
from kernel.outbox import relay

from .conftest import request_arrived, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("MSG-07")]
SLOW = {"kind": "delay", "delay_ms": 1500, "times": 1}


def end_other_connections(condition: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"
        )
        return int(cursor.fetchone()[0])


def test_an_answer_that_could_not_be_recorded_is_recorded_later(
    telling: Any, worker: Any, settings: Any
) -> None:
    settings.MESSAGING_LEASE_SECONDS = settings.MESSAGING_REPORT_WAIT_SECONDS = 600
    telling.sandbox.faults("aliyun_sms", SLOW)
    message = telling.book()
    relay.drain()
    wait_until(DeliveryAttempt.objects.exists)
    wait_until(lambda: request_arrived(telling.sandbox, "aliyun_sms"))
    assert end_other_connections()
    message = telling.run(message, "sent")
    assert len(telling.sandbox.messages()) == 1
    assert list(message.attempts.values_list("outcome", flat=True)) == ["accepted"]


def test_a_claim_that_was_rolled_back_is_simply_tried_again(telling: Any, worker: Any, settings: Any) -> None:
    settings.MESSAGING_LEASE_SECONDS = 600
    message = telling.book()
    relay.drain()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE messaging_deliveryattempt IN ACCESS EXCLUSIVE MODE")
        message = Message.objects.get(pk=message.pk)
        wait_until(lambda: end_other_connections("wait_event_type = 'Lock'"))
    telling.run(message, "sent")
    assert len(telling.sandbox.messages()) == 1


@pytest.fixture
def claimed(telling: Any) -> Any:
    """A text that a worker has taken, and its attempt."""
    message = telling.book()
    (taken,) = claim([Router([message]).route(message)])
    return message, taken.attempt.pk


def test_what_was_never_sent_goes_at_once_and_without_counting(claimed: Any) -> None:
    message, attempt = claimed
    assert record(known([attempt], None)) == [message.pk]
    message.refresh_from_db()
    assert (message.state, message.tries, message.maybe_sent) == ("queued", 0, False)
    assert message.due_at <= clock.now()
    assert record(known([attempt], None)) == []


def test_what_was_never_sent_goes_even_if_the_sweeper_was_first(claimed: Any) -> None:
    message, attempt = claimed
    Message.objects.filter(pk=message.pk).update(due_at=message.created_at)
    assert release_expired() == [message.pk]
    record(known([attempt], TemporaryChannelError("http_502")))
    message.refresh_from_db()
    assert (message.state, message.maybe_sent) == ("queued", False)
    assert message.due_at <= clock.now()


def test_what_was_accepted_is_sent_even_if_the_sweeper_was_first(claimed: Any) -> None:
    message, attempt = claimed
    Message.objects.filter(pk=message.pk).update(due_at=message.created_at)
    release_expired()
    record(known([attempt], SendResult("77^1")))
    message.refresh_from_db()
    assert (message.state, message.attempts.get().provider_id) == ("sent", "77^1")


def test_what_the_provider_did_not_answer_stays_unknown(claimed: Any) -> None:
    message, attempt = claimed
    record(known([attempt], TemporaryChannelError("timeout", outcome_unknown=True)))
    message.refresh_from_db()
    assert (message.state, message.maybe_sent, message.error_code) == ("queued", True, "timeout")
    assert message.due_at > clock.now()


def test_old_news_do_not_disturb_a_newer_try(claimed: Any) -> None:
    message, attempt = claimed
    record(known([attempt], PermanentChannelError("isv.X")))
    message.refresh_from_db()
    (again,) = claim([Router([message]).route(message)])
    DeliveryAttempt.objects.filter(pk=attempt).update(outcome="open")
    record(known([attempt], None))
    message.refresh_from_db()
    assert (message.state, again.attempt.outcome) == ("sending", "open")
