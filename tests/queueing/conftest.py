import datetime as dt
from collections.abc import Iterator

import pytest

from apps.patients.models import CareTeamMember
from kernel import clock
from tests.scheduling.support import NOW, sign_in_for_good
from tests.support.world import World


@pytest.fixture
def clinic(world: World) -> Iterator[World]:
    """The world at NOW, with its past before."""
    CareTeamMember.objects.update(created_at=NOW - dt.timedelta(days=1))
    with clock.frozen(NOW):
        sign_in_for_good(world)
        yield world
