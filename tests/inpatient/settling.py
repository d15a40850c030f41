"""Stays that are over, settled through the product's own services."""

from decimal import Decimal
from typing import Any

from apps.billing.services.items import ItemSpec
from apps.inpatient.models import Admission
from apps.inpatient.services.admissions import discharge
from apps.payments.models import AccountKind
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.ledger import Account, balance
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.inpatient.support import admit, at_desk, charge, order_of, paid, pending
from tests.support.world import World


def handle() -> None:
    """What follows from payments and from settlements, as the workers do."""
    for event in OutboxEvent.objects.filter(topic__regex="^(payments|inpatient)\\.").order_by("id"):
        for each in subscriptions_of(event.topic):
            if each.name.startswith("inpatient."):
                each.handler(rebuild(each.event, event.payload))


def settle(world: World, stay: Admission, who: str = "clerk") -> Any:
    return at_desk(world, who, f"admissions/{stay.pk}/settle")


def revenue(world: World) -> int:
    return balance(hospital_id=world.h1.pk, account=Account(AccountKind.REVENUE))


def cost(fen: int) -> ItemSpec:
    return ItemSpec("治疗", Decimal(1), fen, "treatment", unit="次")


def over(world: World, *, charged: int = 0, deposits: tuple[int, ...] = (), way: str = "online") -> Admission:
    """A stay that is over, with that much charged and those deposits paid."""
    stay = admit(world)
    if charged:
        charge(stay, cost(charged))
    for amount in deposits:
        if way == "online":
            paid(world, stay, amount)
        else:
            order = order_of(pending(world, stay, amount))
            pay_at_counter(order=order, channel="cash", staff=world.staff["clerk"])
    return discharge(stay)
