"""Tenders under any order of what clerks, payers and time do: what is held fits, and in the end every fen is found."""

import contextlib
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, note, settings, strategies as st

from apps.payments.channels.base import PayMethod, TradeResult, TradeState
from apps.payments.models import AccountKind, CloseCause, LedgerAccount, PaymentAttempt, PaymentOrder, Refund
from apps.payments.selectors.ledger import trial_balance
from apps.payments.services.advance_order import give_up
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.pay import pay_online
from apps.payments.services.record_payment import record_paid
from apps.payments.services.show_code import show_code, withdraw_codes
from apps.payments.states import UNSETTLED
from kernel import ids
from kernel.errors import DomainError
from tests.payments.support import Till
from tests.payments.tenders import WHOLE, money, order_of
from tests.payments.test_counter import fill_card
from tests.support.effort import examples

pytestmark = pytest.mark.requirement("CLN-08")
AMOUNT = st.sampled_from([1, 999, 1_000, 4_000, 6_000, 11_999, WHOLE, WHOLE + 1])
STEP = st.one_of(
    st.tuples(st.sampled_from(["pos", "card", "code", "cash"]), AMOUNT | st.none()),
    st.tuples(st.just("pays"), st.integers(0, 4)),
    st.tuples(st.just("withdraw"), st.integers(0, 4)),
    st.tuples(st.just("late"), st.sampled_from([1, 300, 901])),
    st.tuples(st.sampled_from(["give up", "telephone"]), st.none()),
)


class Window:
    """One order, and what may happen to it."""

    def __init__(self, till: Till, order: PaymentOrder) -> None:
        self.till, self.order, self.slips = till, order, 0
        self.clerk, self.card = till.world.staff["clerk"], till.world.cards["patient_a"]

    def do(self, what: str, value: Any) -> None:
        """What the product refuses is a refusal, and nothing else happens."""
        order = PaymentOrder.objects.get(pk=self.order.pk)
        with contextlib.suppress(DomainError):
            match what:
                case "pos":
                    self.slips += 1
                    number = f"S{order.order_no}{self.slips}"
                    pay_at_counter(
                        order=order, channel="pos", staff=self.clerk, reference=number, amount_fen=value
                    )
                case "cash":
                    pay_at_counter(
                        order=order, channel="cash", staff=self.clerk, amount_fen=value, tendered_fen=20_000
                    )
                case "card":
                    pay_from_card(order=order, card=self.card, staff=self.clerk, amount_fen=value)
                case "code":
                    self._show(order, value)
                case "telephone":
                    account = self.till.world.accounts["patient_a"]
                    way = PayMethod.MINI_PROGRAM
                    pay_online(order=order, channel="wechat_pay", method=way, payer_id=account.openid)
                case "give up":
                    give_up(order, cause=CloseCause.GIVEN_UP)
                case "late":
                    self.till.later(seconds=value)
                    self.till.work()
                case _:
                    self._with_attempt(order, what, value)

    def _show(self, order: PaymentOrder, amount_fen: int | None) -> None:
        way = PayMethod.QR_CODE
        show_code(order=order, channel="wechat_pay", method=way, staff=self.clerk, amount_fen=amount_fen)

    def _with_attempt(self, order: PaymentOrder, what: str, number: int) -> None:
        if what == "withdraw":
            withdraw_codes(order=order)
            return
        online = list(PaymentAttempt.objects.filter(order=order, channel="wechat_pay").order_by("pk"))
        if not online:
            return
        attempt = online[number % len(online)]
        body = {"out_trade_no": attempt.out_trade_no, "payer": ""}
        if self.till.sandbox.http.post("/_sandbox/wechat_pay/pay", json=body).status_code == 200:
            trade = self.till.sandbox.trade("wechat_pay", attempt.out_trade_no)
            assert trade is not None
            paid = TradeResult(
                TradeState.PAID, attempt.out_trade_no, amount_fen=attempt.amount_fen,
                transaction_id=trade["transaction_id"],
            )  # fmt: skip
            record_paid(attempt.pk, paid)

    def check(self) -> None:
        """At every moment."""
        order = PaymentOrder.objects.get(pk=self.order.pk)
        rows = PaymentAttempt.objects.filter(order=order)
        held = rows.filter(state="held").aggregate(total=Sum("paid_fen"))["total"] or 0
        live = rows.filter(is_leg=True, state__in=UNSETTLED, withdrawn_at=None)
        may_come = live.aggregate(total=Sum("amount_fen"))["total"] or 0
        assert order.held_fen == held and held + may_come <= order.amount_fen
        assert held == 0 or order.state == "pending"
        paid = rows.filter(state="succeeded").aggregate(total=Sum("paid_fen"))["total"] or 0
        assert paid == (0 if order.state in ("pending", "closed") else order.amount_fen)
        assert money(self.till, AccountKind.UNPOSTED) == held
        books = trial_balance(LedgerAccount.objects.all())
        assert sum(row["debit_fen"] - row["credit_fen"] for row in books) == 0

    def rest(self) -> None:
        """Time goes by until nothing is left to do, and clerks give back what lies with them."""
        for _ in range(6):
            self.till.later(minutes=10)
            self.till.work()
        order = PaymentOrder.objects.get(pk=self.order.pk)
        assert order.state in ("posted", "closed") and order.due_at is None
        waiting = Refund.objects.filter(state="failed").aggregate(total=Sum("amount_fen"))["total"] or 0
        assert money(self.till, AccountKind.REFUNDS_PAYABLE) == waiting
        assert money(self.till, AccountKind.REVENUE) == (WHOLE if order.state == "posted" else 0)
        ours = money(self.till, AccountKind.CLEARING, "wechat_pay")
        assert self.till.sandbox.balance("wechat_pay")["balance_fen"] == ours


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=9))
def test_what_is_held_fits_and_every_fen_is_found(till: Till, steps: list[tuple[str, Any]]) -> None:
    till.sandbox.reset()
    with transaction.atomic():
        fill_card(till, 5_000)
        window = Window(till, order_of(till))
        for what, value in steps:
            note(f"{what} {value}")
            window.do(what, value)
            window.check()
        window.rest()
        window.check()
        transaction.set_rollback(True)
    for series in ids.SERIES:
        series.forget()
