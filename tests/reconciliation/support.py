"""A day of payments at the sandbox, and the runs that reconcile it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx

from apps.billing.services.items import ItemSpec
from apps.payments.models import (
    MerchantAccount,
    PaymentAttempt,
    PaymentOrder,
    Refund,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.refunds import RefundPart, create_refund
from apps.reconciliation.counterparties.merchant import account_of
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from apps.reconciliation.services.examine import examine_difference
from apps.reconciliation.services.hand_in import check_bill
from apps.reconciliation.services.runs import advance_run, start_daily, start_run
from apps.worklist.models import Approval
from kernel import clock, leases
from tests.billing.support import issue
from tests.payments.support import TODAY, Till
from tests.scheduling.support import ADMIN

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


#: How somebody pays by a channel that is not asked for how.
METHODS = {"alipay": "qr_code", "unionpay": "app"}


def pay_by(till: Till, channel: str, yuan: int = 50) -> PaymentAttempt:
    """Somebody pays a bill by that channel, which the hospital offers already."""
    bill = issue(till.world, ItemSpec("血常规", Decimal(1), yuan * 100, "test", "J001", unit="次"))
    opened = till.post("patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]})
    way = {"channel": channel} | ({"method": METHODS[channel]} if channel in METHODS else {})
    started = till.post("patient_a", f"payment-orders/{opened.json()['id']}/pay", way)
    assert started.status_code == 201, started.content
    attempt = PaymentAttempt.objects.get(pk=started.json()["id"])
    till.confirm(attempt)
    till.deliver()
    till.work()
    attempt.refresh_from_db()
    assert attempt.state == "succeeded"
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


def plant(till: Till, *rules: dict[str, Any], of: str = "wechat_pay") -> None:
    """Faults of a provider's bills from now on."""
    answer = httpx.put(f"{till.sandbox.url}/_sandbox/{of}/bill-faults", json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text


def start(merchant: MerchantAccount, day: dt.date) -> ReconciliationRun:
    """Reconcile a day of a merchant account by hand."""
    return start_run(COUNTERPARTIES["merchant"], account_of(merchant), day)


def reconcile(till: Till, day: dt.date = TODAY) -> ReconciliationRun:
    """The morning after the day."""
    till.move_to(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(10, 15), clock.LOCAL))
    start_daily(day)
    work()
    return ReconciliationRun.objects.exclude(state="superseded").get(business_date=day)


def work() -> None:
    """What is due now."""
    for pk in leases.due(SuppliedBill, 100):
        check_bill(pk)
    for pk in leases.due(ReconciliationRun, 100):
        advance_run(pk)
    for pk in leases.due(Difference, 100):
        examine_difference(pk)


def found(run: ReconciliationRun) -> list[tuple[str, str, str, int]]:
    """(kind, key, state, effect) of a run's differences."""
    rows = Difference.objects.filter(run=run).order_by("kind", "key")
    return list(rows.values_list("kind", "key", "state", "effect_fen"))


def again(run: ReconciliationRun) -> ReconciliationRun:
    """The day is asked for once more; what counts now."""
    start(run.merchant, run.business_date)
    work()
    return ReconciliationRun.objects.exclude(state="superseded").get(
        merchant_id=run.merchant_id, business_date=run.business_date
    )


def propose(till: Till, who: str, row: Difference, **body: Any) -> Any:
    """Somebody says how it should be settled: written off, unless `body` says otherwise."""
    values = {"action": "write_off", "reason": "渠道确认为舍入差", **body}
    return till.world.client(who).post(f"{ADMIN}/reconciliation-differences/{row.pk}/propose", values, "json")


def agree(till: Till, who: str = "cfo", verb: str = "approve") -> Any:
    """Another person lets a bill count that was handed in over a result, or does not."""
    approval = Approval.objects.get(kind="reconciliation.another_bill", state="requested")
    body = {"reason": "已核对" if verb == "approve" else "来源不明", "version": approval.version}
    return till.world.client(who).post(f"{ADMIN}/approvals/{approval.pk}/{verb}", body, "json")


def decide(till: Till, who: str, row: Difference, verb: str = "approve") -> Any:
    """Somebody else agrees, or refuses."""
    row.refresh_from_db()
    body = {"reason": "同意" if verb == "approve" else "理由不充分", "version": row.approval.version}
    return till.world.client(who).post(f"{ADMIN}/approvals/{row.approval_id}/{verb}", body, "json")
