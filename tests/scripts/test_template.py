"""The database that tests copy is made once, whole, and anew when migrations have changed."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import template
from postgres_server import ServerError
from template import sql


class Filling:
    """Fills a template as migrating does, only faster; counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, url: str) -> None:
        self.times += 1
        sql(url, "CREATE TABLE filled AS SELECT 1 AS id", "SELECT pg_sleep(0.2)")


def cut_short(url: str) -> None:
    """A migration that fails half-way."""
    sql(url, "CREATE TABLE half AS SELECT 1 AS id")
    raise ServerError("cut short")


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database of this test worker's own on the tests' server."""
    server, name = os.environ["DATABASE_URL"], f"probe_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    names = (name, f"{name}_template", f"{name}_copy")
    gone = [f'DROP DATABASE IF EXISTS "{found}" WITH (FORCE)' for found in names]
    sql(server, *gone, f'CREATE DATABASE "{name}"')
    yield template.at(server, name)
    sql(server, *gone)


def test_one_makes_the_template_and_the_others_wait_for_it(url: str) -> None:
    fill = Filling()
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: template.ensure(url, fill), range(4)))
    assert (len(names), fill.times) == (1, 1)
    assert sql(template.at(url, *names), "SELECT id FROM filled") == "1"


def test_a_template_that_was_cut_short_is_made_anew(url: str) -> None:
    with pytest.raises(ServerError):
        template.ensure(url, cut_short)
    name = template.ensure(url, Filling())
    assert sql(template.at(url, name), "SELECT to_regclass('half'), to_regclass('filled')") == "|filled"


def test_a_template_of_other_migrations_is_made_anew(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = Filling()
    template.ensure(url, fill)
    template.ensure(url, fill)
    assert fill.times == 1
    monkeypatch.setattr(template, "SOURCES", ("README.md",))
    template.ensure(url, fill)
    assert fill.times == 2


def test_a_copy_on_another_server_holds_what_the_template_holds(url: str) -> None:
    name = template.ensure(url, Filling())
    copy = template.at(url, f"{name.removesuffix('_template')}_copy")
    sql(url, f'CREATE DATABASE "{copy.rpartition("/")[2]}"')
    template.copy_into(template.at(url, name), copy)
    assert sql(copy, "SELECT id FROM filled") == "1"
    with pytest.raises(ServerError):
        template.copy_into(template.at(url, name), copy)
