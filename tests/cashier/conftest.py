from collections.abc import Iterator

import pytest

from kernel import clock
from tests.cashier.support import Desk, later
from tests.scheduling.support import NOW
from tests.support.world import World


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    """The window on a Monday morning."""
    later(NOW)
    yield Desk(world)
    clock.set_source(None)
