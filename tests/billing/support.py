"""Bills to pay: made through the product's own services, settled as the payment workflow does."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

from apps.billing.models import Bill, BillKind, BillSource
from apps.billing.services.issue import BillSpec, issue_bill
from apps.billing.services.items import ItemSpec
from apps.billing.services.settle import mark_paid
from kernel import clock
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.scheduling.support import ADMIN, MINI, NOW, at_once, code
from tests.support.world import World

__all__ = ["ADMIN", "MINI", "NOW", "PARTNER", "at_once", "code"]
PARTNER = "/api/partner/v1"
ASPIRIN = ItemSpec("阿司匹林肠溶片", Decimal(2), 1_250, "western_medicine", "Y001", "100mg*30片", "盒")
BLOOD = ItemSpec("血常规", Decimal(1), 2_000, "test", "J001", unit="次")


def issue(world: World, *items: ItemSpec, patient: str = "patient_a", **spec: Any) -> Bill:
    """A bill of doctor_a's patient; two boxes of aspirin and a blood count unless told otherwise."""
    values: dict[str, Any] = {
        "kind": BillKind.PRESCRIPTION,
        "department": world.departments["cardiology"],
        "practitioner": world.staff["doctor_a"],
    }
    full = BillSpec(items=items or (ASPIRIN, BLOOD), **values | spec)
    bill = world.patients[patient]
    return issue_bill(hospital=bill.hospital, patient=bill, spec=full)


def registration(world: World, fee_fen: int = 1_500, **spec: Any) -> Bill:
    """The bill of a registration."""
    fee = ItemSpec("挂号费", Decimal(1), fee_fen, "registration", unit="次")
    named = {"subject_type": "scheduling.appointment", "subject_id": uuid4(), **spec}
    return issue(world, fee, kind=BillKind.REGISTRATION, **named)


def his(external_id: str, *items: ItemSpec, **spec: Any) -> BillSpec:
    """What HIS says of a bill."""
    told = BillSpec(
        kind=BillKind.TEST, items=items or (BLOOD,), source=BillSource.HIS, external_id=external_id
    )
    return dataclasses.replace(told, **spec)


def pay(*bills: Bill, channel: str = "wechat_pay", **more: Any) -> list[Bill]:
    """Settled, as a workflow does when the channel has the money."""
    paid: list[Bill] = mark_paid(
        {bill.pk: bill.amount_fen for bill in bills},
        **{
            "hospital_id": bills[0].hospital_id, "paid_at": clock.now(), "channel": channel, "order_id": uuid4(),
            "application": "miniprogram", **more,
        },
    )  # fmt: skip
    return paid


def fresh(bill: Bill) -> Bill:
    """The bill as it is now."""
    return Bill.objects.get(pk=bill.pk)


def at_desk(world: World, who: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
    """POST to the admin API."""
    return world.client(who).post(
        f"{ADMIN}/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
    )


def in_app(world: World, who: str, path: str, body: Any, *, key: str | None = None) -> Any:
    """POST to the mini-program API."""
    return world.client(who).post(
        f"{MINI}/{path}", body, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
    )


def deliver() -> None:
    """Run the handlers of every billing event, as the workers do."""
    for event in OutboxEvent.objects.filter(topic__startswith="billing.").order_by("id"):
        for subscription in subscriptions_of(event.topic):
            if subscription.name.startswith("billing."):
                subscription.handler(rebuild(subscription.event, event.payload))


def sent(topic: str) -> int:
    """How many events of that kind were published."""
    return OutboxEvent.objects.filter(topic=f"billing.{topic}").count()


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)
