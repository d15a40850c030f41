"""Real PostgreSQL and Redis for every test: run by `./scripts/test [--fast] [-- pytest arguments]`."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

import template
from tests.support.payment_sandbox import payment_sandbox, payment_sandbox_process, push_receiver

pytest_plugins = [f"tests.plugins.{name}" for name in ("failures", "figures", "ids", "speed", "tiers")]
__all__ = ["payment_sandbox", "payment_sandbox_process", "push_receiver"]

# What a test finds out does not depend on how busy the machine is.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The databases of the workers are copies of one that is migrated already and holds the world."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = template.ensure_world(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Modules, permission codes, system roles and the world are there, but for tests with real transactions."""
    from tests.support.database import empty_around_transactional_tests

    empty_around_transactional_tests()


@pytest.fixture(scope="session", autouse=True)
def _answers_as_documented() -> None:
    """No test may see what the documents don't say."""
    from tests.support.answers import check_every_answer

    check_every_answer()


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Empty what the process remembers of a database that was rolled back: its people have the same ids again."""
    from django.utils import translation

    from apps.access import actor
    from apps.access.policies import base
    from kernel import clock, ids, redis
    from kernel.http import pagination

    yield
    translation.deactivate()  # the last request may have been in English
    actor._resolve.cache_clear()
    base._held_many.clear()
    pagination._KEPT.clear()
    clock.set_source(None)
    for series in ids.SERIES:
        series.forget()
    redis.client().flushdb()  # nobody is limited by what another test did


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
    from tests.support.database import holds_world
    from tests.support.world import build_world, shared_world

    return shared_world() if holds_world() else build_world()
