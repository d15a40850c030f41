"""Real PostgreSQL and Redis for every test: run by `./scripts/test [--fast] [-- pytest arguments]`."""

import os
from collections.abc import Iterator

import pytest

import template
from tests.support.payment_sandbox import payment_sandbox, payment_sandbox_process, push_receiver

pytest_plugins = ["tests.plugins.failures", "tests.plugins.tiers"]
__all__ = ["payment_sandbox", "payment_sandbox_process", "push_receiver"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The databases of the workers are copies of one that is migrated already."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = template.ensure(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureDef) -> None:
    """Modules, permission codes and system roles are there, as after `migrate` and `sync_access`."""
    from apps.access.services.sync import sync_access
    from tests.support.database import empty_after_transactional_tests

    empty_after_transactional_tests()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        sync_access()


@pytest.fixture(scope="session", autouse=True)
def _answers_as_documented() -> None:
    """No test may see what the documents don't say."""
    from tests.support.answers import check_every_answer

    check_every_answer()


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
    _count_anew()


def _count_anew() -> None:
    """No test is limited by what another one did."""
    from kernel.rates import PREFIX
    from kernel.redis import client

    found = list(client().scan_iter(f"{PREFIX}*", count=1000))
    if found:
        client().delete(*found)


@pytest.fixture
def redis_url() -> str:
    """The Redis database of this test worker."""
    return os.environ["REDIS_URL"]


@pytest.fixture
def nobody_yet(db: None) -> None:
    """A database as `migrate` and `sync_access` leave it, without the world that other tests share."""
    from tests.support.database import empty

    empty()


@pytest.fixture
def world(db: None) -> "object":
    """Two hospitals with staff of every role, patients and mini-program accounts (tests.support.world)."""
    from tests.support.world import build_world

    return build_world()
