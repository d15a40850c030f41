"""Payments under any order of what people, providers, HIS and workers do: every order ends, and every fen is found."""

import contextlib
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, note, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from apps.access import actor
from apps.integrations.adapters import factory
from apps.payments.models import PaymentOrder
from apps.scheduling.services.numbers import expire_holds
from kernel import ids
from tests.payments.balance_sheet import at_every_moment, at_rest
from tests.payments.people import METHODS, People
from tests.payments.support import Till
from tests.payments.workers import Workers
from tests.support.effort import examples

STEPS = 40
PROVIDERS = (*METHODS, "his")
NUMBER = st.integers(0, 999)
#: How the providers' refunds may come out: refused for good, for now, lost, or done without saying so.
REFUNDS: dict[str, dict[str, dict[str, Any]]] = {
    "well": {
        "wechat_pay": {"refund_outcome": "success", "withdrawn_fen": 0},
        "alipay": {"refund_outcome": "success"},
        "unionpay": {"refund_code": "00"},
    },
    "refused": {
        "wechat_pay": {"refund_outcome": "closed"},
        "alipay": {"refund_outcome": "seller_balance"},
        "unionpay": {"refund_code": "01"},
    },
    "not now": {
        "wechat_pay": {"withdrawn_fen": 1_000_000},
        "alipay": {"refund_outcome": "system_error"},
        "unionpay": {"refund_code": "04"},
    },
    "lost": {"alipay": {"refund_outcome": "lost"}},
    "not said": {"alipay": {"refund_outcome": "system_error_after"}},
}
EFFORT = settings(
    max_examples=examples(8),
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class Payments(RuleBasedStateMachine):
    """Bad days, one thing after the other."""

    till: ClassVar[Till]

    def __init__(self) -> None:
        super().__init__()
        self.open = contextlib.ExitStack()
        self.open.enter_context(transaction.atomic())
        self.people, self.workers = People(self.till), Workers(self.till)

    @initialize(
        driver=st.sampled_from(["embedded", "http"]),
        route=st.sampled_from(["original", "counter_cash"]),
        seconds=st.sampled_from([0, 90]),
    )
    def morning(self, driver: str, route: str, seconds: int) -> None:
        """Patient A has a number in hand."""
        self.people.begin(driver=driver, route=route, refund_seconds=seconds)
        self.people.hold("patient_a", 0)

    def teardown(self) -> None:
        try:
            if self.people.sessions:
                come_to_rest(self.people, self.workers)
        finally:
            transaction.set_rollback(True)
            self.open.close()
            actor._resolve.cache_clear()
            for series in ids.SERIES:
                series.forget()

    @rule(numbers=st.lists(st.tuples(NUMBER, st.integers(0, 9)), min_size=1, max_size=5))
    def people_do_something(self, numbers: list[tuple[int, int]]) -> None:
        for number, variant in numbers:
            moves = self.people.moves(variant)
            move = moves[number % len(moves)]
            note(f"{self.till.now:%H:%M:%S} {move.func.__name__} {move.args}")
            move()

    @rule(number=NUMBER, what=st.sampled_from(["handle", "step", "all"]))
    def a_worker_does_something(self, number: int, what: str) -> None:
        getattr(self.workers, what)(number)

    @rule(seconds=st.sampled_from([3, 30, 150, 901]), sweep=st.booleans())
    def time_goes_by(self, seconds: int, sweep: bool) -> None:
        self.till.later(seconds=seconds)
        if sweep:
            expire_holds()

    @rule(
        provider=st.sampled_from(PROVIDERS),
        kind=st.sampled_from(["http_error", "close", "silent_after_work"]),
        times=st.integers(1, 3),
    )
    def a_provider_fails(self, provider: str, kind: str, times: int) -> None:
        self.till.sandbox.faults(provider, {"kind": kind, "times": times})

    @rule(number=NUMBER, what=st.sampled_from(["away", "back", "payments.post", "refunds.post"]))
    def his_fails(self, number: int, what: str) -> None:
        """It is away, or says no to one order or its refunds."""
        orders = list(PaymentOrder.objects.order_by("pk").values_list("order_no", flat=True))
        if what in ("away", "back"):
            self.till.sandbox.control("PUT", "his/outage", {"on": what == "away"})
        elif orders:
            body = {"number": orders[number % len(orders)], "operation": what, "code": "NO", "message": ""}
            self.till.sandbox.control("POST", "his/refusals", body)

    @rule(outcome=st.sampled_from(sorted(REFUNDS)))
    def refunds_fail(self, outcome: str) -> None:
        """From now on they come out like that."""
        refunds_end(self.till, outcome)

    @invariant()
    def holds(self) -> None:
        at_every_moment()


def refunds_end(till: Till, outcome: str) -> None:
    for provider, changes in REFUNDS[outcome].items():
        till.sandbox.settings(provider, **changes)


def come_to_rest(people: People, workers: Workers) -> None:
    """Everything works again, and time goes by until nothing is left to do."""
    for provider in PROVIDERS:
        people.till.sandbox.faults(provider)
    people.till.sandbox.control("PUT", "his/outage", {"on": False})
    people.till.sandbox.control("DELETE", "his/refusals")
    refunds_end(people.till, "well")
    workers.rest()
    at_every_moment()
    at_rest(people, workers)


@pytest.mark.thorough
@pytest.mark.requirement("PAY-01", "PAY-08", "PAY-09", "BOOK-04")
def test_every_order_ends_and_every_fen_is_found_whatever_happens(till: Till, settings: Any) -> None:
    till.offer("alipay", "unionpay")
    settings.HIS_BASE_URL = till.sandbox.url
    factory.his_client.cache_clear()
    Payments.till = till
    run_state_machine_as_test(Payments, settings=EFFORT)  # type: ignore[no-untyped-call]
    factory.his_client.cache_clear()
