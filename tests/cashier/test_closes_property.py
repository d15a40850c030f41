"""In any order of paying, giving back, closing and reopening: what is frozen is what the day's rows add up to."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.payments.models import DailyClose, LedgerTransaction, PaymentOrder
from apps.payments.selectors.closes import is_intact
from apps.payments.services import closing as services
from apps.payments.services.verify_ledger import verify_ledger
from kernel.errors import DomainError
from tests.cashier.closing import TODAY, is_true, morning
from tests.cashier.support import Desk
from tests.support.effort import examples

_STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "back", "night", "close", "reopen"]), st.integers(0, 5)), max_size=18
)


class Office:
    """A window over several days."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.day = desk, TODAY
        self.books = desk.world.staff["books"]

    def pay(self, number: int) -> None:
        self.desk.take(1_000 + 100 * number)

    def back(self, number: int) -> None:
        orders = [
            each for each in PaymentOrder.objects.order_by("pk") if each.amount_fen - each.refunded_fen >= 200
        ]
        if orders:
            self.desk.give_back(orders[number % len(orders)], 200)

    def night(self, number: int) -> None:
        self.day += dt.timedelta(days=1)
        morning(self.day)

    def close(self, number: int) -> None:
        newest = services.closed_through(self.desk.world.h1.pk)
        day = newest + dt.timedelta(days=1) if newest else TODAY
        try:
            services.close_day(hospital=self.desk.world.h1, day=day, by=self.books)
        except DomainError as error:
            assert error.code == "day_not_over" and day >= self.day

    def reopen(self, number: int) -> None:
        row = DailyClose.objects.filter(state="closed").order_by("-business_date").first()
        if row is not None:
            services.reopen(row, by=self.desk.world.staff["cfo"])


@pytest.mark.requirement("CLN-10", "PAY-09")
@pytest.mark.thorough
def test_frozen_totals_are_the_sums_of_their_day_in_any_order(desk: Desk) -> None:
    from django.db import transaction

    @settings(
        max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(steps=_STEPS)
    def run(steps: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            morning(TODAY)
            office = Office(desk)
            for name, number in steps:
                getattr(office, name)(number)
                rows = list(DailyClose.objects.all())
                assert all(is_intact(row) for row in rows)
                assert all(is_true(row) for row in rows if row.state == "closed")
            standing = [
                row.business_date
                for row in DailyClose.objects.filter(state="closed").order_by("business_date")
            ]
            assert standing == [TODAY + dt.timedelta(days=n) for n in range(len(standing))]
            assert LedgerTransaction.objects.filter(kind="paid").count() == PaymentOrder.objects.count()
            assert verify_ledger().ok
            transaction.set_rollback(True)

    run()
