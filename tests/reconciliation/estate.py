"""Rows of reconciliation for the rules that every resource keeps: one of hospital 1 each."""

import datetime as dt
from uuid import UUID

from django.core.files.base import ContentFile

from apps.files.services.store import store_file
from apps.reconciliation.files import BILL
from apps.reconciliation.models import Difference, DifferenceKind, Direction, ReconciliationRun, SuppliedBill
from tests.support.estates import Estate, Values


class ReconciliationEstate(Estate):
    """Of reconciliation."""

    def make_reconciliation_run(self) -> ReconciliationRun:
        merchant = self.get("merchant")
        return ReconciliationRun.objects.create(
            hospital=merchant.hospital, merchant=merchant, account_id=merchant.pk, account_name=merchant.name,
            channel=merchant.channel,
            business_date=dt.date(2026, 3, 1), state="with_differences",
        )  # fmt: skip

    def make_difference(self) -> Difference:
        run = self.get("reconciliation_run")
        return Difference.objects.create(
            hospital=run.hospital, run=run, business_date=run.business_date, channel=run.channel,
            kind=DifferenceKind.AMOUNT, direction=Direction.IN, state="open", key="T1", our_fen=100, their_fen=200,
            effect_fen=100,
        )  # fmt: skip

    def make_supplied_bill(self) -> SuppliedBill:
        """Of HIS, handed in by its program."""
        return self._bill("his", self.world.h1.pk, "0")

    def make_application_bill(self) -> SuppliedBill:
        """Of the partner application."""
        application = self.world.partner_application
        assert application
        return self._bill("application", application.pk, "1")

    def _bill(self, counterparty: str, account_id: UUID, digit: str) -> SuppliedBill:
        hospital = self.world.h1
        file = store_file(
            BILL, upload=ContentFile(f"#total,{digit}".encode()), name="his.csv", uploader_id=None
        )
        return SuppliedBill.objects.create(
            hospital=hospital, counterparty=counterparty, account_id=account_id, account_name="HIS", source="partner",
            business_date=dt.date(2026, 3, 1), file=file, sha256=digit * 64, state="taken",
            partner=self.world.partner_application,
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/reconciliation-bills/": lambda e: e.get("supplied_bill").pk,
    "partner/v1/day-bills/": lambda e: e.get("application_bill").pk,
    "partner/v1/his-bills/": lambda e: e.get("supplied_bill").pk,
    "admin/v1/reconciliation-runs/": lambda e: e.get("reconciliation_run").pk,
    "admin/v1/reconciliation-differences/": lambda e: e.get("difference").pk,
}
