"""Every public event is written down for the endpoints that want it."""

from apps.integrations.event_types import EVERY
from apps.integrations.selectors import wanted_kinds
from apps.integrations.services.webhook_deliveries import announce
from kernel.outbox.events import subscribe

for _each in EVERY:
    subscribe(
        _each.event,
        name=f"integrations.webhook_{_each.code.replace('.', '_')}",
        queue="default",
        wanted=wanted_kinds,
    )(announce)
