import datetime as dt
from collections.abc import Iterator

import pytest

from apps.patients.models import CareTeamMember
from kernel import clock
from tests.billing.support import NOW
from tests.receipts.support import Office
from tests.scheduling.support import sign_in_for_good
from tests.support.sandbox import Sandbox, sandbox, sandbox_process
from tests.support.world import World

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture
def office(world: World, sandbox: Sandbox) -> Iterator[Office]:
    """A hospital that issues its receipts through the sandbox, on a Monday morning."""
    CareTeamMember.objects.update(created_at=NOW - dt.timedelta(days=1))
    clock.set_source(lambda: NOW)
    world.add_staff("finance", "finance", world.h1, [])
    sign_in_for_good(world)
    made = Office(world, sandbox)
    yield made
    clock.set_source(None)
