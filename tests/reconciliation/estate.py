"""Rows of reconciliation for the rules that every resource keeps: one of hospital 1 each."""

import datetime as dt

from apps.reconciliation.models import Difference, DifferenceKind, Direction, ReconciliationRun
from tests.support.estates import Estate, Values


class ReconciliationEstate(Estate):
    """Of reconciliation."""

    def make_reconciliation_run(self) -> ReconciliationRun:
        merchant = self.get("merchant")
        return ReconciliationRun.objects.create(
            hospital=merchant.hospital, merchant=merchant, account_id=merchant.pk, channel=merchant.channel,
            business_date=dt.date(2026, 3, 1), state="with_differences",
        )  # fmt: skip

    def make_difference(self) -> Difference:
        run = self.get("reconciliation_run")
        return Difference.objects.create(
            hospital=run.hospital, run=run, business_date=run.business_date, channel=run.channel,
            kind=DifferenceKind.AMOUNT, direction=Direction.IN, state="open", key="T1", our_fen=100, their_fen=200,
            effect_fen=100,
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/reconciliation-runs/": lambda e: e.get("reconciliation_run").pk,
    "admin/v1/reconciliation-differences/": lambda e: e.get("difference").pk,
}
