"""Days of Alipay, UnionPay and HIS with faults planted at random: exactly those are found, and nothing is left."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from apps.payments.models import AccountKind, MerchantAccount, PaymentAttempt
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.reconciliation.services.runs import start_daily
from kernel import clock
from tests.payments.support import TODAY, Till
from tests.reconciliation.his_support import HisTill
from tests.reconciliation.support import decide, found, give_back, pay_by, plant, propose, work
from tests.scheduling.support import TOMORROW
from tests.support.effort import examples

pytestmark = pytest.mark.requirement("PAY-11")
CHANNELS = ["alipay", "unionpay"]
WHOLE = 1_000
STRANGER = "T20260316s"


def noon_after(till: Till, day: dt.date = TODAY) -> None:
    till.move_to(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(12), clock.LOCAL))


def reconcile(till: Till, channel: str, day: dt.date = TODAY) -> ReconciliationRun:
    noon_after(till, day)
    start_daily(day)
    work()
    rows = ReconciliationRun.objects.exclude(state="superseded")
    return rows.get(channel=channel, business_date=day)


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_planted_fault_of_a_channel_is_one_difference_of_its_kind(finance: Till, channel: str) -> None:
    finance.offer(channel)
    kept, dropped, doubled, other = (pay_by(finance, channel, yuan) for yuan in (10, 20, 30, 40))
    refund = give_back(finance, kept, 300)
    plant(
        finance,
        {"kind": "add", "number": f"{STRANGER}1", "fen": 700},
        {"kind": "drop", "number": dropped.out_trade_no},
        {"kind": "double", "number": doubled.out_trade_no},
        {"kind": "amount", "number": other.out_trade_no, "fen": 4_100},
        {"kind": "amount", "number": refund.channel_refund_no, "fen": 200},
        of=channel,
    )
    run = reconcile(finance, channel)
    assert (run.state, run.error) == ("with_differences", "")
    assert sorted(found(run)) == sorted(
        [
            ("amount", other.out_trade_no, "open", 100),
            ("amount", refund.channel_refund_no, "open", 100),
            ("duplicate", f"{doubled.out_trade_no}#2", "open", 3_000),
            ("missing_ours", f"{STRANGER}1", "pending", 700),
            ("missing_theirs", dropped.out_trade_no, "pending", -2_000),
        ]
    )


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_stands_in_a_channels_next_bill_is_no_difference(finance: Till, channel: str) -> None:
    finance.offer(channel)
    attempt = pay_by(finance, channel)
    plant(finance, {"kind": "later_day", "number": attempt.out_trade_no}, of=channel)
    run = reconcile(finance, channel)
    assert found(run) == [("missing_theirs", attempt.out_trade_no, "pending", -5_000)]
    assert [row[2] for row in found(reconcile(finance, channel, TOMORROW))] == ["cross_day"]
    run.refresh_from_db()
    assert run.state == "balanced"


@pytest.mark.parametrize(
    ("channel", "fault", "error"),
    [("alipay", "foreign", "bad_bill"), ("alipay", "other_day", "bad_bill"), ("alipay", "cut", "bad_bill"),
     ("unionpay", "cut", "bad_bill")],
)  # fmt: skip
def test_a_channels_bill_of_another_account_or_day_or_one_that_is_cut_off_has_no_result(
    finance: Till, channel: str, fault: str, error: str
) -> None:
    finance.offer(channel)
    pay_by(finance, channel)
    plant(finance, {"kind": fault}, of=channel)
    run = reconcile(finance, channel)
    assert (run.state, run.error, Difference.objects.filter(run=run).count()) == ("failed", error, 0)


def test_a_line_of_another_merchant_in_unionpays_file_is_told(finance: Till) -> None:
    finance.offer("unionpay")
    one, _ = pay_by(finance, "unionpay", 10), pay_by(finance, "unionpay", 20)
    plant(finance, {"kind": "foreign", "number": one.out_trade_no}, of="unionpay")
    assert found(reconcile(finance, "unionpay")) == [("foreign", one.out_trade_no, "open", -1_000)]


def test_unionpays_day_ends_at_eleven_in_the_evening(finance: Till) -> None:
    finance.offer("unionpay")
    finance.move_to(dt.datetime.combine(TODAY, dt.time(22, 50), clock.LOCAL))
    early = pay_by(finance, "unionpay", 10)
    finance.move_to(dt.datetime.combine(TODAY, dt.time(23, 10), clock.LOCAL))
    late = pay_by(finance, "unionpay", 20)
    first, second = reconcile(finance, "unionpay"), reconcile(finance, "unionpay", TOMORROW)
    assert (first.our_in_fen, first.state) == (early.paid_fen, "balanced")
    assert (second.our_in_fen, second.state) == (late.paid_fen, "balanced")


PAYMENTS = 4
FAULTS = st.sampled_from(["", "drop", "double", "more", "less"])
DAYS = st.tuples(st.lists(FAULTS, min_size=PAYMENTS, max_size=PAYMENTS), st.integers(0, 2))


def rules_of(faults: list[str], numbers: list[str], strangers: int) -> list[dict[str, Any]]:
    """A stranger is made after a line that is still right."""
    amounts = {"more": WHOLE + 7, "less": WHOLE - 7}
    rules: list[dict[str, Any]] = [
        {"kind": "add", "number": f"{STRANGER}{at}", "fen": 300} for at in range(strangers)
    ]
    for fault, number in zip(faults, numbers, strict=True):
        if fault in amounts:
            rules.append({"kind": "amount", "number": number, "fen": amounts[fault]})
        elif fault:
            rules.append({"kind": fault, "number": number})
    return rules


def wanted(faults: list[str], numbers: list[str], strangers: int) -> list[tuple[str, str, int]]:
    by_fault = {
        "drop": ("missing_theirs", "", -WHOLE), "double": ("duplicate", "#2", WHOLE), "more": ("amount", "", 7),
        "less": ("amount", "", -7),
    }  # fmt: skip
    rows = [
        (kind, f"{number}{copy}", fen)
        for fault, number in zip(faults, numbers, strict=True) if fault
        for kind, copy, fen in [by_fault[fault]]
    ]  # fmt: skip
    return sorted(rows + [("missing_ours", f"{STRANGER}{at}", 300) for at in range(strangers)])


def try_days(check: Callable[[list[str], int], None]) -> None:
    """Each example begins with the same day."""

    @settings(
        max_examples=examples(8), deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    @given(day=DAYS)
    def one_day(day: tuple[list[str], int]) -> None:
        before = transaction.savepoint()
        try:
            check(*day)
        finally:
            transaction.savepoint_rollback(before)

    one_day()


def settle_all(till: Till, run: ReconciliationRun, action: str) -> None:
    Difference.objects.filter(run=run, state="pending").update(state="open")
    for row in Difference.objects.filter(run=run):
        assert propose(till, "books", row, action=action).status_code == 200
        assert decide(till, "cfo", row).status_code == 200
    run.refresh_from_db()
    assert run.state in ("balanced", "no_trade")
    assert verify_ledger().ok


@pytest.mark.thorough
@pytest.mark.parametrize("channel", CHANNELS)
def test_exactly_the_planted_faults_of_a_channel_are_found_and_settling_them_leaves_nothing(
    finance: Till, channel: str
) -> None:
    finance.offer(channel)
    numbers = [pay_by(finance, channel, WHOLE // 100).out_trade_no for _ in range(PAYMENTS)]
    noon_after(finance)
    for name in ("books", "cfo"):
        finance.world.client(name)  # signed in before the first example

    def check(faults: list[str], strangers: int) -> None:
        plant(finance, *rules_of(faults, numbers, strangers), of=channel)
        run = reconcile(finance, channel)
        rows = list(Difference.objects.filter(run=run))
        assert sorted((row.kind, row.key, row.effect_fen) for row in rows) == wanted(
            faults, numbers, strangers
        )
        assert run.their_in_fen - run.our_in_fen == sum(row.effect_fen for row in rows)
        clearing = Account(AccountKind.CLEARING, channel)
        before = balance(hospital_id=run.hospital_id, account=clearing)
        settle_all(finance, run, "take_up")
        after = balance(hospital_id=run.hospital_id, account=clearing)
        assert after - before == run.their_in_fen - run.our_in_fen
        paid = finance.sandbox.balance(channel)["paid_fen"]
        assert paid == sum(PaymentAttempt.objects.values_list("paid_fen", flat=True)) == WHOLE * PAYMENTS

    try_days(check)


@pytest.mark.thorough
@pytest.mark.requirement("PAY-10")
def test_exactly_the_planted_faults_of_his_are_found_and_settling_them_leaves_the_ledger_alone(
    his: HisTill,
) -> None:
    attempts = [pay_by(his.till, "wechat_pay", WHOLE // 100) for _ in range(PAYMENTS)]
    numbers = [attempt.order.order_no for attempt in attempts]
    his.morning_after()
    for name in ("books", "cfo"):
        his.till.world.client(name)

    def check(faults: list[str], strangers: int) -> None:
        his.plant(*rules_of(faults, numbers, strangers))
        run = his.reconcile()
        rows = list(Difference.objects.filter(run=run))
        assert sorted((row.kind, row.key, row.effect_fen) for row in rows) == wanted(
            faults, numbers, strangers
        )
        assert run.their_in_fen - run.our_in_fen == sum(row.effect_fen for row in rows)
        merchant = ReconciliationRun.objects.get(counterparty="merchant")
        assert merchant.state == "balanced"
        clearing = Account(AccountKind.CLEARING, "wechat_pay")
        before = balance(hospital_id=run.hospital_id, account=clearing)
        settle_all(his.till, run, "write_off")
        assert balance(hospital_id=run.hospital_id, account=clearing) == before
        assert his.book.totals()["taken_fen"] == WHOLE * PAYMENTS
        assert MerchantAccount.objects.count() == 1

    try_days(check)
