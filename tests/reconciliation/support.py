"""A day of payments at the sandbox, and the runs that reconcile it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx

from apps.billing.services.items import ItemSpec
from apps.payments.models import PaymentAttempt, PaymentOrder, Refund, RefundCause, RefundRoute
from apps.payments.services.refunds import RefundPart, create_refund
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.examine import examine_difference
from apps.reconciliation.services.runs import advance_run, start_daily
from kernel import clock, leases
from tests.billing.support import issue
from tests.payments.support import TODAY, Till

NEXT_MORNING = dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(10, 15), clock.LOCAL)


def pay_bill(till: Till, yuan: int = 50) -> PaymentAttempt:
    """Somebody pays a bill by WeChat, and it is posted."""
    bill = issue(till.world, ItemSpec("血常规", Decimal(1), yuan * 100, "test", "J001", unit="次"))
    opened = till.post("patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]})
    assert opened.status_code == 201, opened.content
    attempt = till.prepay("patient_a", PaymentOrder.objects.get(pk=opened.json()["id"]))
    till.confirm(attempt)
    till.deliver()
    till.work()
    attempt.refresh_from_db()
    return attempt


def give_back(till: Till, attempt: PaymentAttempt, fen: int) -> Refund:
    """Some of it goes back by the original route."""
    refund = create_refund(
        order=attempt.order, parts=[RefundPart(attempt.order.lines.get().pk, fen)], cause=RefundCause.WINDOW,
        reason="测试", route=RefundRoute.ORIGINAL,
    )  # fmt: skip
    till.work()
    till.later(minutes=1)
    till.work()
    refund.refresh_from_db()
    return refund


def plant(till: Till, *rules: dict[str, Any]) -> None:
    """Faults of WeChat's bills from now on."""
    answer = httpx.put(f"{till.sandbox.url}/_sandbox/wechat_pay/bill-faults", json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text


def reconcile(till: Till, day: dt.date = TODAY) -> ReconciliationRun:
    """The morning after the day."""
    till.move_to(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(10, 15), clock.LOCAL))
    start_daily(day)
    work()
    return ReconciliationRun.objects.exclude(state="superseded").get(business_date=day)


def work() -> None:
    """What is due now."""
    for pk in leases.due(ReconciliationRun, 100):
        advance_run(pk)
    for pk in leases.due(Difference, 100):
        examine_difference(pk)


def found(run: ReconciliationRun) -> list[tuple[str, str, str, int]]:
    """(kind, key, state, effect) of a run's differences."""
    rows = Difference.objects.filter(run=run).order_by("kind", "key")
    return list(rows.values_list("kind", "key", "state", "effect_fen"))
