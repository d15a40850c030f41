"""A request with a key takes effect once, whatever is sent again."""

import datetime as dt

import pytest
from django.db import transaction

from kernel import clock
from kernel.errors import IdempotencyKeyReused, RequestInProgress
from kernel.idempotency import store
from kernel.idempotency.models import IdempotencyRecord
from tests.kernel.test_states_and_locks import at_once

MARK, OTHER = store.fingerprint("POST", "/x", b"1"), store.fingerprint("POST", "/x", b"2")


@pytest.mark.django_db
def test_a_finished_request_is_answered_from_the_record() -> None:
    record = store.begin("user:1", "k", MARK)
    store.finish(record, 201, b'{"a":1}')  # type: ignore[arg-type]
    assert store.begin("user:1", "k", MARK) == store.Replay(201, b'{"a":1}', None)
    assert not isinstance(store.begin("user:2", "k", MARK), store.Replay)


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused() -> None:
    record = store.begin("user:1", "k", MARK)
    with pytest.raises(IdempotencyKeyReused):
        store.begin("user:1", "k", OTHER)
    store.finish(record, 200, b"")  # type: ignore[arg-type]
    with pytest.raises(IdempotencyKeyReused):
        store.begin("user:1", "k", OTHER)


@pytest.mark.django_db
def test_a_running_request_is_told_to_wait_and_an_abandoned_one_starts_anew() -> None:
    record = store.begin("user:1", "k", MARK)
    with pytest.raises(RequestInProgress) as refused:
        store.begin("user:1", "k", MARK)
    assert refused.value.retry_after == 1
    store.abandon(record)  # type: ignore[arg-type]
    assert not isinstance(store.begin("user:1", "k", MARK), store.Replay)


@pytest.mark.django_db
def test_after_a_crash_the_lease_is_taken_over_and_the_late_first_one_has_no_effect() -> None:
    first = store.begin("user:1", "k", MARK)
    with clock.frozen(clock.now() + store.LEASE + dt.timedelta(seconds=1)):
        with pytest.raises(IdempotencyKeyReused):
            store.begin("user:1", "k", OTHER)
        second = store.begin("user:1", "k", MARK)
    assert second != first
    with pytest.raises(RequestInProgress), transaction.atomic():
        store.finish(first, 201, b"late")  # type: ignore[arg-type]
    store.abandon(first)  # type: ignore[arg-type]
    store.finish(second, 201, b"right")  # type: ignore[arg-type]
    assert store.begin("user:1", "k", MARK) == store.Replay(201, b"right", None)


@pytest.mark.django_db(transaction=True)
def test_the_effect_and_the_answer_commit_together() -> None:
    record = store.begin("user:1", "k", MARK)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store.finish(record, 201, b"x")  # type: ignore[arg-type]
        raise ZeroDivisionError
    assert not IdempotencyRecord.objects.get().done


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_begins() -> None:
    results = at_once([lambda: store.begin("user:1", "k", MARK)] * 8)
    assert sum(isinstance(r, RequestInProgress) for r in results) == 7
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db
def test_old_records_are_forgotten() -> None:
    store.begin("user:1", "old", MARK)
    with clock.frozen(clock.now() + store.KEEP + dt.timedelta(minutes=1)):
        store.begin("user:1", "new", MARK)
        assert store.purge() == 1
    assert IdempotencyRecord.objects.get().key == "new"
