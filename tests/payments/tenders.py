"""An order of some bills at the window, and what its tenders are."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from apps.billing.models import Bill
from apps.billing.services.checkout import open_payment
from apps.billing.services.items import ItemSpec
from apps.payments.models import AccountKind, LedgerTransaction, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from tests.billing.support import issue
from tests.payments.support import Till
from tests.scheduling.support import ADMIN

#: Of two bills.
WHOLE = 12_000


def order_of(till: Till, *amounts: int) -> PaymentOrder:
    """Bills of patient A for these amounts, opened at the window."""
    items = [ItemSpec("检查", Decimal(1), fen, "examination", unit="次") for fen in amounts or (7_000, 5_000)]
    for item in items:
        issue(till.world, item)
    return opened_again(till)


def opened_again(till: Till) -> PaymentOrder:
    """All that patient A owes."""
    world, owed = till.world, Bill.objects.filter(status="issued").order_by("pk")
    return open_payment(
        hospital=world.h1, patient_id=world.patients["patient_a"].pk, application="window", staff=world.staff["clerk"],
        bill_ids=list(owed.values_list("pk", flat=True)),
    )  # fmt: skip


def settle(
    till: Till, order: PaymentOrder, channel: str, who: str = "clerk", key: str = "", **body: Any
) -> Any:
    """The clerk takes a tender; a slip of the card machine has a number of its own."""
    if channel == "pos":
        body.setdefault("reference", uuid4().hex[:12])
    if channel == "card_balance":
        body.setdefault("card_id", str(till.world.cards["patient_a"].pk))
    return till.world.client(who).post(
        f"{ADMIN}/payment-orders/{order.pk}/settle", {"channel": channel} | body, format="json",
        HTTP_IDEMPOTENCY_KEY=key or uuid4().hex,
    )  # fmt: skip


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def legs(order: PaymentOrder) -> list[tuple[str, str, int]]:
    """Channel, state and amount, in the order in which they were begun."""
    rows = PaymentAttempt.objects.filter(order=order).order_by("pk")
    return list(rows.values_list("channel", "state", "amount_fen"))


def pieces(order: PaymentOrder) -> list[tuple[str, str, str, int]]:
    """The refunds: by channel, route and state, the first decided first."""
    rows = Refund.objects.filter(order=order).order_by("pk")
    return list(rows.values_list("attempt__channel", "route", "state", "amount_fen"))


def everything(till: Till) -> tuple[Any, ...]:
    """What a refusal may not change."""
    till.work()
    return (
        list(
            PaymentOrder.objects.order_by("pk").values(
                "state", "held_fen", "version", "expires_at", "refunded_fen"
            )
        ),
        list(PaymentAttempt.objects.order_by("pk").values("state", "amount_fen", "paid_fen")),
        Refund.objects.count(),
        LedgerTransaction.objects.count(),
    )


def nothing_is_left(till: Till) -> None:
    """What came in was posted or is back, and the ledger proves it."""
    assert (money(till, AccountKind.UNPOSTED), money(till, AccountKind.REFUNDS_PAYABLE)) == (0, 0)
    report = verify_ledger()
    assert report.ok, report.findings


def show_code(till: Till, order: PaymentOrder, channel: str, key: str = "", **body: Any) -> Any:
    """The clerk shows the payer a code of the provider."""
    return till.world.client("clerk").post(
        f"{ADMIN}/payment-orders/{order.pk}/show-code", {"channel": channel} | body, "json",
        HTTP_IDEMPOTENCY_KEY=key or uuid4().hex,
    )  # fmt: skip


def withdraw_codes(till: Till, order: PaymentOrder) -> Any:
    """The payer pays otherwise."""
    return till.world.client("clerk").post(f"{ADMIN}/payment-orders/{order.pk}/withdraw-codes")
