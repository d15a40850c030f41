"""Real PostgreSQL and Redis for every test: run by `./scripts/test [--fast] [-- pytest arguments]`."""

import copy
import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureDef) -> None:
    """Modules, permission codes and system roles are there, as after `migrate` and `sync_access`."""
    from apps.access.services.sync import sync_access
    from tests.support.database import empty_after_transactional_tests

    empty_after_transactional_tests()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        sync_access()


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Caches of the process outlive a rolled-back database: empty them."""
    from apps.access import actor
    from kernel import clock, ids

    yield
    actor._resolve.cache_clear()
    clock.set_source(None)
    for series in ids.SERIES:
        series.forget()


@pytest.fixture
def redis_url() -> str:
    """The Redis database of this test worker."""
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def _first_world(django_db_setup: None, django_db_blocker: pytest.FixtureDef) -> "object":
    """Committed once per worker; building it costs ten times what most tests do."""
    from tests.support.world import build_world

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return build_world()


@pytest.fixture
def nobody_yet(db: None) -> None:
    """A database as `migrate` and `sync_access` leave it, without the world that other tests share."""
    from tests.support.database import empty

    empty()


@pytest.fixture
def world(_first_world: Any, db: None) -> "object":
    """Two hospitals with staff of every role, patients and mini-program accounts (tests.support.world)."""
    from kernel import redis
    from tests.support.world import build_world

    redis.client().flushdb()  # what it remembers of these people is not this test's
    if type(_first_world.h1).objects.filter(pk=_first_world.h1.pk).exists():
        return copy.deepcopy(_first_world)
    return build_world()  # a test with real transactions has emptied the database
