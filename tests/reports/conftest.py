from collections.abc import Iterator

import pytest

from kernel import clock
from kernel.reports import REPORTS, define_report
from tests.cashier.support import Desk, later
from tests.reports.support import DAYS_REPORT, NOW, ROOM, ROWS, SLOW
from tests.support.world import World


@pytest.fixture
def trial() -> Iterator[None]:
    """Reports that only tests have."""
    for report in (ROWS, SLOW, ROOM, DAYS_REPORT):
        define_report(report)
    yield
    for report in (ROWS, SLOW, ROOM, DAYS_REPORT):
        del REPORTS[report.code]


@pytest.fixture
def office(world: World, trial: None) -> Iterator[World]:
    """The world on a Monday morning, with `books` of finance and `cfo`, the head of it."""
    later(NOW)
    world.add_staff("books", "finance", world.h1, [])
    world.add_staff("cfo", "finance_head", world.h1, [])
    yield world
    clock.set_source(None)


@pytest.fixture
def desk(world: World, trial: None) -> Iterator[Desk]:
    """A window where money is taken."""
    later(NOW)
    yield Desk(world)
    clock.set_source(None)
