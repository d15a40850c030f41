import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from apps.patients.models import CareTeamMember
from kernel import clock
from tests.payments.support import NOW, Till, forget_channels
from tests.scheduling.support import sign_in_for_good
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver
from tests.support.world import World


@pytest.fixture
def till(
    world: World, payment_sandbox: PaymentSandbox, push_receiver: PushReceiver, settings: Any
) -> Iterator[Till]:
    """A hospital that takes payments, in front of the sandbox; pushes go by `till.deliver()`."""
    CareTeamMember.objects.update(created_at=NOW - dt.timedelta(days=1))
    settings.PUBLIC_BASE_URL = push_receiver.url.removesuffix("/notify")
    clock.set_source(lambda: NOW)
    sign_in_for_good(world)
    yield Till(world, payment_sandbox, push_receiver)
    clock.set_source(None)
    forget_channels()
