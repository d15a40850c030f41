"""Faults of every kind, mixed into a day: exactly those are found, and settling them makes both sides agree."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from apps.payments.models import AccountKind, PaymentAttempt
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.reconciliation.models import Difference, ReconciliationRun
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import NEXT_MORNING, decide, pay_bill, plant, propose, reconcile
from tests.support.effort import examples

pytestmark = [pytest.mark.requirement("PAY-11"), pytest.mark.thorough]
PAYMENTS = 5
YUAN = 10
FAULTS = st.sampled_from(["", "drop", "double", "more", "less", "foreign"])
DAYS = st.tuples(
    st.lists(FAULTS, min_size=PAYMENTS, max_size=PAYMENTS), st.integers(0, 2), st.sampled_from([0, 0, 1, -1])
)


def rule_of(fault: str, number: str) -> dict[str, Any]:
    amounts = {"more": YUAN * 100 + 7, "less": YUAN * 100 - 7}
    if fault in amounts:
        return {"kind": "amount", "number": number, "fen": amounts[fault]}
    return {"kind": fault, "number": number}


def expected(fault: str, number: str) -> tuple[str, str, int]:
    whole = YUAN * 100
    return {
        "drop": ("missing_theirs", number, -whole),
        "double": ("duplicate", f"{number}#2", whole),
        "more": ("amount", number, 7),
        "less": ("amount", number, -7),
        "foreign": ("foreign", number, -whole),
    }[fault]


def test_exactly_the_planted_faults_are_found_and_settling_them_leaves_nothing(finance: Till) -> None:
    paid = [pay_bill(finance, YUAN).out_trade_no for _ in range(PAYMENTS)]
    finance.move_to(NEXT_MORNING)
    for name in ("books", "cfo"):
        finance.world.client(name)  # signed in before the first example

    @settings(
        max_examples=examples(12),
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(day=DAYS)
    def one_day(day: tuple[list[str], int, int]) -> None:
        before = transaction.savepoint()
        try:
            check(finance, paid, *day)
        finally:
            transaction.savepoint_rollback(before)  # the next example begins with the same day

    one_day()


def check(till: Till, paid: list[str], faults: list[str], strangers: int, foot: int) -> None:
    hit = [(fault, number) for fault, number in zip(faults, paid, strict=True) if fault]
    rules = [{"kind": "add", "number": f"T20260316s{number}", "fen": 300} for number in range(strangers)]
    rules += [
        rule_of(fault, number) for fault, number in hit
    ]  # a stranger is copied from a line that is still right
    rules += [{"kind": "totals", "fen": foot}] if foot else []
    plant(till, *rules)
    run = reconcile(till)
    listed = [fault for fault in faults if fault != "drop"]
    if listed and not strangers and set(listed) == {"foreign"}:
        assert (run.state, run.error) == ("failed", "foreign_bill")
        return
    wanted = [expected(fault, number) for fault, number in hit]
    wanted += [("missing_ours", f"T20260316s{number}", 300) for number in range(strangers)]
    wanted += [("totals", "totals", 0)] if foot else []
    rows = list(Difference.objects.filter(run=run))
    assert sorted((row.kind, row.key, row.effect_fen) for row in rows) == sorted(wanted)
    assert run.their_in_fen - run.our_in_fen == sum(row.effect_fen for row in rows)
    settle_all(till, run)


def settle_all(till: Till, run: ReconciliationRun) -> None:
    clearing = Account(AccountKind.CLEARING, "wechat_pay")
    before = balance(hospital_id=run.hospital_id, account=clearing)
    Difference.objects.filter(run=run, state="pending").update(state="open")
    rows = list(Difference.objects.filter(run=run))
    for row in rows:
        assert (
            propose(till, "books", row, action="take_up" if row.effect_fen else "void_test").status_code
            == 200
        )
        assert decide(till, "cfo", row).status_code == 200
    run.refresh_from_db()
    assert run.state == ("balanced" if rows or run.state != "no_trade" else "no_trade")
    after = balance(hospital_id=run.hospital_id, account=clearing)
    assert after - before == sum(row.effect_fen for row in rows)
    assert after - before == run.their_in_fen - run.our_in_fen
    assert verify_ledger().ok
    assert PaymentAttempt.objects.filter(state="succeeded", paid_at__date=TODAY).count() == PAYMENTS
