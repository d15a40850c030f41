"""An application hears of the orders that it opened, and not of those of others."""

from typing import Any
from uuid import UUID

import pytest

from apps.billing.services.checkout import open_payment
from apps.identity.services.partners import create_application
from apps.integrations.models import WebhookDelivery
from apps.integrations.services.webhook_deliveries import announce
from apps.payments.events import PaymentOrderPosted, RefundSucceeded
from apps.payments.models import PaymentOrder
from kernel.ids import uuid7
from tests.billing.support import issue
from tests.integrations.webhook_support import endpoint_at
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INT-03"), pytest.mark.requirement("PAY-02")]


@pytest.fixture
def told(world: World) -> dict[str, UUID]:
    """Endpoints of three applications of the hospital: who opens orders, another, and one that reads the books."""
    found = {}
    for name, scopes in (
        ("opener", ["payments:write", "webhooks"]),
        ("other", ["payments:write", "webhooks"]),
        ("books", ["reconciliation:read", "webhooks"]),
    ):
        made, _ = create_application(hospital=world.h1, name=name, allowed_scopes=scopes)
        endpoint, _ = endpoint_at(
            world, f"https://203.0.113.10/{name}", "order.posted", "refund.succeeded", application=made
        )
        found[name] = endpoint.pk
        world.partner_application = made if name == "opener" else world.partner_application
    return found


def order_of(world: World, **opener: Any) -> PaymentOrder:
    bill = issue(world)
    return open_payment(hospital=world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], **opener)


def posted(order: PaymentOrder) -> set[UUID]:
    WebhookDelivery.objects.all().delete()
    announce(
        PaymentOrderPosted(order.hospital_id, order.pk, order.patient_id, None, order.scene, order.amount_fen)
    )
    announce(
        RefundSucceeded(
            order.hospital_id, uuid7(), order.pk, order.patient_id, None, None, order.amount_fen, "window"
        )
    )
    told = list(WebhookDelivery.objects.values_list("endpoint_id", flat=True))
    assert len(told) == 2 * len(set(told)), "of the order and of its refund"
    return set(told)


def test_who_opened_an_order_and_who_reads_the_books_are_told_of_it(
    world: World, told: dict[str, UUID]
) -> None:
    application = world.partner_application
    assert application is not None
    order = order_of(world, application=application.client_id, partner=application)
    assert posted(order) == {told["opener"], told["books"]}


def test_orders_of_the_mini_program_are_no_applications(world: World, told: dict[str, UUID]) -> None:
    order = order_of(world, application="miniprogram", account=world.accounts["patient_a"])
    assert posted(order) == {told["books"]}
