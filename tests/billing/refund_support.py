"""Cards with money and bills that were paid, through the product's own services and the workflow that settles them."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from apps.billing.models import Bill, CardTopUp, Invoice, RefundRequest
from apps.billing.selectors.card_balance import balance_of
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.checkout import open_payment
from apps.billing.services.invoices import issue_invoice, print_invoice
from apps.billing.services.items import ItemSpec
from apps.identity.models import Hospital
from apps.payments.channels.base import TradeResult, TradeState
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.advance_order import advance_order
from apps.payments.services.advance_refund import advance_refund
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.record_payment import record_paid
from kernel import clock, ids
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.billing.support import ADMIN, MINI, at_desk, issue, registration
from tests.support.world import World

TOP_UPS_ON = {"billing.card_top_up_enabled": True}
ANY_AMOUNT = {"billing.card_top_up_min_fen": 1}


def configure(world: World, **values: Any) -> None:
    """Settings of the first hospital; `billing__x` stands for billing.x."""
    settings = {name.replace("__", "."): value for name, value in values.items()}
    hospital = world.h1
    hospital.settings = {**hospital.settings, **settings}
    Hospital.objects.filter(pk=hospital.pk).update(settings=hospital.settings)
    for card in world.cards.values():
        card.hospital.settings = hospital.settings


def pay_online(order: PaymentOrder, channel: str = "wechat_pay") -> PaymentOrder:
    """The channel has the money, and the order was advanced."""
    attempt = PaymentAttempt.objects.create(
        hospital_id=order.hospital_id, order=order, channel=channel, method="mini_program",
        out_trade_no=ids.uuid7().hex, amount_fen=order.amount_fen, started_at=clock.now(), expires_at=order.expires_at,
    )  # fmt: skip
    paid = TradeResult(
        TradeState.PAID, attempt.out_trade_no, amount_fen=order.amount_fen, transaction_id=uuid4().hex,
        paid_at=clock.now(),
    )  # fmt: skip
    record_paid(attempt.pk, paid)
    advance_order(order.pk)
    order.refresh_from_db()
    return order


def top_up(
    world: World,
    amount_fen: int,
    *,
    card: str = "patient_a",
    application: str = "miniprogram",
    channel: str = "wechat_pay",
) -> CardTopUp:
    """The card has so much more; `cash` is paid at the window."""
    configure(world, **TOP_UPS_ON, **ANY_AMOUNT)
    found = world.cards[card]
    made = open_top_up(
        card=found, amount_fen=amount_fen, application=application,
        account=world.accounts["patient_a"] if application == "miniprogram" else None,
    )  # fmt: skip
    assert made.order is not None
    if channel in ("cash", "pos"):
        slip = {} if channel == "cash" else {"reference": uuid4().hex}
        pay_at_counter(order=made.order, channel=channel, staff=world.staff["clerk"], **slip)
    else:
        pay_online(made.order, channel)
    made.refresh_from_db()
    return made


def buy(
    world: World, *bills: Bill, channel: str = "wechat_pay", application: str = "miniprogram"
) -> PaymentOrder:
    """These bills of a patient are paid by one order."""
    order = open_payment(
        hospital=world.h1, patient_id=bills[0].patient_id, bill_ids=[bill.pk for bill in bills],
        application=application, account=world.accounts["patient_a"] if application == "miniprogram" else None,
    )  # fmt: skip
    if channel == "cash":
        return pay_at_counter(order=order, channel="cash", staff=world.staff["clerk"])
    return pay_online(order, channel)


def price(fen: int) -> ItemSpec:
    """One item of that price."""
    return ItemSpec("治疗", Decimal(1), fen, "treatment", unit="次")


def spend(world: World, fen: int, card: str = "patient_a") -> PaymentOrder:
    """The card pays a bill of that amount."""
    bill = issue(world, price(fen), patient=card)
    order = open_payment(
        hospital=world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="miniprogram",
        account=world.accounts[card],
    )  # fmt: skip
    return pay_from_card(order=order, card=world.cards[card])


def held(world: World, card: str = "patient_a") -> int:
    """The balance of a card."""
    return balance_of(world.cards[card])


def refund_of(world: World, who: str, amount_fen: int, *, key: str | None = None, **more: Any) -> Any:
    """POST card-refunds as that account."""
    return world.client(who).post(
        f"{MINI}/card-refunds",
        {"amount_fen": amount_fen, **more},
        format="json",
        HTTP_IDEMPOTENCY_KEY=key or uuid4().hex,
    )


def shares(request_id: str | UUID) -> list[tuple[UUID, int]]:
    """(order, fen) of the refunds of a request, in the order in which they were decided."""
    rows = Refund.objects.filter(decision_id=request_id).order_by("pk")
    return list(rows.values_list("order_id", "amount_fen"))


def forward() -> None:
    """The workers bring every refund forward, then handle what was published."""
    for pk in list(Refund.objects.exclude(due_at=None).values_list("pk", flat=True)):
        advance_refund(pk)
    handle()


def handle() -> None:
    """Handle every event that was not handled yet, once."""
    for row in OutboxEvent.objects.filter(published_at=None).order_by("id"):
        OutboxEvent.objects.filter(pk=row.pk).update(published_at=clock.now())
        for subscription in subscriptions_of(row.topic):
            subscription.handler(rebuild(subscription.event, row.payload))


def state(request_id: str | UUID) -> str:
    """The state of a refund request."""
    return RefundRequest.objects.get(pk=request_id).state


__all__ = ["ADMIN", "MINI"]


def ask(
    world: World, order: PaymentOrder, *bills: Bill, who: str = "clerk", amount: int | None = None
) -> Any:
    part = {} if amount is None else {"amount_fen": amount}
    rows = [{"bill_id": str(bill.pk), **part} for bill in bills]
    return at_desk(
        world, who, "refund-requests", {"order_id": str(order.pk), "bills": rows, "reason": "患者要求"}
    )


def ask_card(world: World, amount_fen: Any, who: str = "clerk", key: str | None = None) -> Any:
    path = f"patient-cards/{world.cards['patient_a'].pk}/refund-requests"
    return at_desk(world, who, path, {"amount_fen": amount_fen, "reason": "余额退还"}, key=key)


def act(
    world: World, who: str, request: Any, action: str, body: Any = None, *, key: str | None = None
) -> Any:
    return at_desk(world, who, f"refund-requests/{request['id']}/{action}", body, key=key)


def marks(world: World, who: str, request: Any) -> tuple[bool, bool]:
    """Whether a listed request waits for the decision, or the execution, of who reads it."""
    rows = world.client(who).get(f"{ADMIN}/refund-requests").json()["results"]
    (row,) = [row for row in rows if row["id"] == request["id"]]
    return row["may_decide"], row["may_execute"]


def reprint(world: World, bill: Bill, times: int = 1) -> None:
    """The standing invoice of the bill is printed so many times."""
    invoice = Invoice.objects.filter(bill=bill, reversed_at=None).first() or issue_invoice(bill)
    for _ in range(times):
        print_invoice(invoice, desk="急诊收费处", reason="退费", staff=world.staff["clerk"])


def clinic_fee(world: World, **more: Any) -> tuple[Bill, PaymentOrder]:
    """A registration that was paid online."""
    bill = registration(world, 1_500, subject_type="test.visit", **more)
    return bill, buy(world, bill)
