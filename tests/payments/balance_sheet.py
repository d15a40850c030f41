"""What must hold of payments: at every moment, and when all has come to rest."""

from collections import Counter
from typing import Any

from django.db.models import F, Sum

from apps.billing.models import Bill
from apps.billing.services.checkout import SUBJECT
from apps.payments.models import (
    AccountKind,
    LedgerAccount,
    LedgerTransaction,
    PaymentAttempt,
    PaymentOrder,
    PaymentOrderLine,
    Refund,
    RefundLine,
)
from apps.payments.selectors.ledger import trial_balance
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.payments.states import OrderState
from apps.scheduling.models import Appointment
from tests.payments.people import METHODS, People
from tests.payments.support import Till
from tests.payments.workers import Workers

#: Orders whose money is with the hospital.
HOLDING = (OrderState.PAID_UNPOSTED, OrderState.POSTED)


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def total(queryset: Any, column: str = "amount_fen") -> int:
    return int(queryset.aggregate(total=Sum(column))["total"] or 0)


def at_every_moment() -> None:
    """Nothing goes back twice, nothing is shown as posted that is not, and the sides are equal."""
    assert not PaymentOrderLine.objects.filter(refunded_fen__gt=F("amount_fen")).exists()
    decided = Counter(
        dict(
            RefundLine.objects.exclude(refund__state="cancelled")
            .values_list("line_id")
            .annotate(Sum("amount_fen"))
        )
    )
    lines = dict(PaymentOrderLine.objects.exclude(refunded_fen=0).values_list("pk", "refunded_fen"))
    assert lines == decided
    posted = set(PaymentOrder.objects.filter(state="posted").values_list("pk", flat=True))
    written = set(LedgerTransaction.objects.filter(kind="posted").values_list("order_id", flat=True))
    assert posted == written
    paid = Bill.objects.filter(status__in=["paid", "refunded"])
    assert set(paid.values_list("order_id", flat=True)) <= posted
    ours = PaymentOrder.objects.filter(posting_error__regex="^[A-Za-z]+(Error|Exception|Violation)$")
    assert not ours.exists(), "posting has failed by a mistake of ours"
    rows = trial_balance(LedgerAccount.objects.all())
    assert sum(row["debit_fen"] - row["credit_fen"] for row in rows) == 0


def at_rest(people: People, workers: Workers) -> None:
    """Every order has ended, and every fen is where the books say."""
    till = people.till
    failed = Refund.objects.filter(state="failed")
    waiting = set(failed.values_list("order_id", flat=True))
    for order in PaymentOrder.objects.all():
        ended = order.state in ("posted", "returned", "closed")
        assert ended or (order.state == "returning" and order.pk in waiting), order.state
        assert order.due_at is None
    assert not PaymentAttempt.objects.filter(state__in=["created", "open"]).exists()
    assert not Refund.objects.filter(state__in=["created", "processing"]).exists()
    assert not workers.jobs
    assert money(till, AccountKind.UNPOSTED) == 0
    assert money(till, AccountKind.REFUNDS_PAYABLE) == total(failed)
    for channel in METHODS:
        assert till.sandbox.balance(channel)["balance_fen"] == money(till, AccountKind.CLEARING, channel)
    _drawers(people)
    _bills()
    _appointments()
    _his(till)
    report = verify_ledger()
    assert report.ok, report.findings


def _drawers(people: People) -> None:
    """What clerks took and handed out is what the books say: requests are handed out when they have succeeded."""
    requests = Refund.objects.filter(state="succeeded", route="counter_cash", decision_id__isnull=False)
    handed = total(requests.exclude(cause="reversed").exclude(pk__in=people.clerk.paid_out))
    assert people.clerk.drawer.cash - handed == money(people.till, AccountKind.CLEARING, "cash")
    assert people.clerk.drawer.pos == money(people.till, AccountKind.CLEARING, "pos")


def _bills() -> None:
    """Of every bill the hospital holds what was paid and has not gone back, once; of an unpaid one nothing."""
    for bill in Bill.objects.all():
        lines = PaymentOrderLine.objects.filter(
            subject_type=SUBJECT, subject_id=bill.pk, order__state__in=HOLDING
        )
        held = total(lines) - total(lines, "refunded_fen")
        assert held == (bill.amount_fen - bill.refunded_fen if bill.paid_at else 0), bill.status


def _appointments() -> None:
    """A number is paid exactly when its fee is with the hospital."""
    for appointment in Appointment.objects.exclude(fee_fen=0):
        bills = Bill.objects.filter(subject_id=appointment.pk)
        held = sum(bill.amount_fen - bill.refunded_fen for bill in bills if bill.paid_at)
        expected = {"unpaid": 0, "refunded": 0}.get(appointment.payment_status, appointment.fee_fen)
        if appointment.payment_status == "refund_due" and not held:
            refunds = Refund.objects.filter(lines__line__subject_id__in=bills.values("pk"))
            assert refunds.filter(state="failed").exists(), "given back, and still due"
            continue
        assert held == expected, (appointment.state, appointment.payment_status, held)


def _his(till: Till) -> None:
    """The HIS has taken what was posted, and no more."""
    if till.world.h1.settings["his.driver"] != "http":
        return
    totals = till.sandbox.control("GET", "his/totals")
    told = Refund.objects.filter(
        his_notified_at__isnull=False, order__state="posted", attempt__state="succeeded"
    )
    posted = total(PaymentOrder.objects.filter(state="posted"))
    assert totals["taken_fen"] - totals["withdrawn_fen"] == posted
    assert totals["refunded_fen"] <= total(told.exclude(state="cancelled"))
    assert totals["refunded_fen"] >= total(told.exclude(state="cancelled").exclude(cause="reversed"))
