"""Rows that wait for a worker: `due_at` says when. Whoever takes one sets it a lease ahead, so that a worker that dies
leaves it due again, and two never work on one row."""

import datetime as dt
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils.module_loading import import_string

from kernel import clock

LEASE = dt.timedelta(seconds=60)
#: Seconds until the next look, by the number of looks so far; the last one repeats.
BACKOFF = (1, 2, 4, 8, 16, 32, 60, 120, 300, 600)
#: A lease need not wait for the disk: one that is lost in a crash has left the row due.
_TAKE = """
SELECT set_config('synchronous_commit', 'off', true);
UPDATE {table} SET due_at = %s WHERE id = %s AND due_at <= %s RETURNING *
"""
M = TypeVar("M", bound=models.Model)


def take(model: type[M], pk: UUID) -> M | None:
    """The row if it is due, ours for a while; None otherwise. Commits by itself: call it outside a transaction."""
    now = clock.now()
    statement = _TAKE.format(table=model._meta.db_table)
    return next(iter(model._default_manager.raw(statement, [now + LEASE, pk, now])), None)


def later(tries: int) -> dt.datetime:
    """When to look again after `tries` looks."""
    return clock.now() + dt.timedelta(seconds=BACKOFF[min(tries, len(BACKOFF) - 1)])


def set_due(model: type[models.Model], pk: UUID, at: dt.datetime | None, **unchanged: object) -> None:
    """Look at the row then (None: never); not where a value of `unchanged` has changed: it was made due by that."""
    model._default_manager.filter(pk=pk, **unchanged).update(due_at=at)


def due(model: type[models.Model], limit: int) -> list[UUID]:
    """Keys of rows whose time has come, the oldest first."""
    rows = model._default_manager.filter(due_at__lte=clock.now()).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def wake(model: type[models.Model], pk: UUID) -> None:
    """Have a worker look at the row after the commit: the actor that the model's `worker` names.

    The row stays due: the sweep makes up for a wakeup that is lost.
    """

    def send() -> None:
        import_string(model.worker).send(str(pk))  # type: ignore[attr-defined]  # the broker is configured late

    transaction.on_commit(send, robust=True)
