"""State changes and edits are compare-and-set: of two at once, one wins and the other is told."""

import datetime as dt
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction

from apps.identity.models import Group
from kernel import clock
from kernel.errors import DomainError, NotFound, StaleVersion, StateConflict
from kernel.locks import lock_one, lock_rows, save_version
from kernel.states import StateTable
from tests.support.waiting import wait_until, waits_for_a_lock


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


TABLE = StateTable({Light.RED: {Light.GREEN, Light.OFF}, Light.GREEN: {Light.RED}, Light.OFF: frozenset()})


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run them at the same moment, each on a connection of its own; results or the domain errors."""
    barrier, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results.append(work())
        except DomainError as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_table_knows_what_follows_what() -> None:
    assert TABLE.allows(Light.RED, Light.OFF) and not TABLE.allows(Light.OFF, Light.RED)
    assert TABLE.sources(Light.RED) == {Light.GREEN}
    assert TABLE.final() == {Light.OFF}
    assert TABLE.choices == [("red", "red"), ("green", "green"), ("off", "off")]


@pytest.mark.django_db
def test_a_step_that_the_table_forbids_writes_nothing() -> None:
    group = Group.objects.create(name="off")
    with pytest.raises(StateConflict) as refused:
        TABLE.move(group, Light.RED, field="name")
    assert refused.value.extra == {"current": "off", "target": "red"}
    group.refresh_from_db()
    assert (group.name, group.version) == ("off", 1)


@pytest.mark.django_db
def test_a_step_writes_its_changes_and_raises_the_version() -> None:
    group = Group.objects.create(name="red")
    TABLE.move(group, Light.GREEN, field="name")
    assert (group.name, group.version) == ("green", 2)
    group.refresh_from_db()
    assert (group.name, group.version) == ("green", 2)


@pytest.mark.django_db
def test_a_step_that_comes_too_late_says_what_the_state_is_by_now() -> None:
    group = Group.objects.create(name="red")
    Group.objects.filter(pk=group.pk).update(name="off")
    with pytest.raises(StateConflict) as refused:
        TABLE.move(group, Light.GREEN, field="name")
    assert refused.value.extra == {"current": "off", "target": "green"}


@pytest.mark.django_db
def test_a_step_says_when_it_was_taken() -> None:
    group = Group.objects.create(name="red")
    moment = clock.now() + dt.timedelta(hours=1)
    with clock.frozen(moment):
        TABLE.move(group, Light.GREEN, field="name")
    assert group.updated_at == moment
    group.refresh_from_db()
    assert group.updated_at == moment


@pytest.mark.django_db(transaction=True)
def test_of_many_steps_at_once_one_wins() -> None:
    group = Group.objects.create(name="red")
    copies = [Group.objects.get(pk=group.pk) for _ in range(8)]
    results = at_once([lambda copy=copy: TABLE.move(copy, Light.OFF, field="name") for copy in copies])
    assert results.count(None) == 1
    assert all(isinstance(r, StateConflict) for r in results if r is not None)
    assert Group.objects.get(pk=group.pk).version == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_edits_of_one_version_one_wins() -> None:
    group = Group.objects.create(name="old")

    def edit(number: int) -> str:
        copy = Group.objects.get(pk=group.pk)
        copy.name = f"new {number}"
        save_version(copy, ["name"], version=1)
        return copy.name

    results = at_once([lambda number=number: edit(number) for number in range(8)])
    won = [r for r in results if isinstance(r, str)]
    assert len(won) == 1 and sum(isinstance(r, StaleVersion) for r in results) == 7
    stored = Group.objects.get(pk=group.pk)
    assert (stored.name, stored.version) == (won[0], 2)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_one_order_so_that_nobody_waits_in_a_circle() -> None:
    groups = [Group.objects.create(name=str(n)) for n in range(5)]

    def touch(order: list[Group]) -> int:
        with transaction.atomic():
            rows = lock_rows(Group.objects.filter(pk__in=[g.pk for g in order]))
            for row in rows:
                Group.objects.filter(pk=row.pk).update(name=row.name + "x")
            return len(rows)

    assert at_once([lambda order=order: touch(order) for order in (groups, groups[::-1]) * 4]) == [5] * 8
    assert {g.name[1:] for g in Group.objects.all()} == {"x" * 8}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_waited_for_comes_with_what_it_refers_to_now() -> None:
    old, new = (ContentType.objects.create(app_label="locks", model=name) for name in ("old", "new"))
    permission = Permission.objects.create(content_type=old, codename="locked", name="")
    moved, pids = threading.Event(), []

    def move() -> None:
        with transaction.atomic():
            Permission.objects.filter(pk=permission.pk).update(content_type=new)
            moved.set()
            wait_until(lambda: pids and waits_for_a_lock(pids[0]))

    def lock() -> str:
        moved.wait()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
            return lock_one(
                Permission.objects.select_related("content_type"), pk=permission.pk
            ).content_type.model

    assert set(at_once([move, lock])) == {None, "new"}


@pytest.mark.django_db
def test_a_row_that_is_not_there_cannot_be_locked() -> None:
    with pytest.raises(NotFound):
        lock_one(Group.objects.all(), pk=uuid4())
