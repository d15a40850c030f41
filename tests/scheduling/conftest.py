from collections.abc import Iterator

import pytest

from kernel import clock
from tests.scheduling.support import NOW, sign_in_for_good
from tests.support.world import World


@pytest.fixture
def clinic(world: World) -> Iterator[World]:
    """The world at NOW."""
    with clock.frozen(NOW):
        sign_in_for_good(world)
        yield world
