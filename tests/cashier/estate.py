"""Rows of the cashier for the rules that every resource keeps: one of hospital 1 each, the shift one of the clerk's."""

import datetime as dt
from typing import Any

from apps.cashier.denominations import pieces
from apps.cashier.models import BankDeposit, CashDrawer, CashierShift
from apps.cashier.services.open_shift import open_shift
from apps.payments.models import DailyClose, MonthlyClose
from apps.payments.selectors.closes import digest
from apps.payments.services.day_totals import totals_of
from apps.payments.services.month_proof import proof_of
from kernel import clock
from tests.support.estates import Estate, Values


class CashierEstate(Estate):
    """Of the cashier."""

    def make_cash_drawer(self) -> CashDrawer:
        return CashDrawer.objects.create(
            hospital=self.world.h1,
            department=self.world.departments["cardiology"],
            code="Q1",
            name="1 号窗口",
        )

    def make_cashier_shift(self) -> CashierShift:
        return open_shift(
            clerk=self.world.staff["clerk"], drawer=self.get("cash_drawer"), cash=pieces({"yuan_100": 2})
        )

    def make_bank_deposit(self) -> BankDeposit:
        return BankDeposit.objects.create(
            hospital=self.world.h1, deposit_no="JK1", amount_fen=100, bank_account="基本户", bag_no="F001",
            made_by=self.world.staff["clerk"],
        )  # fmt: skip

    def make_daily_close(self) -> DailyClose:
        """The last day of last month."""
        day = clock.today().replace(day=1) - dt.timedelta(days=1)
        totals = totals_of(self.world.h1.pk, day)
        return self._close(DailyClose(business_date=day, totals=totals))

    def make_monthly_close(self) -> MonthlyClose:
        """Last month."""
        day = self.get("daily_close").business_date
        return self._close(MonthlyClose(month=f"{day:%Y-%m}", totals=proof_of(self.world.h1.pk, day, day)))

    def _close(self, row: Any) -> Any:
        row.hospital, row.closed_by = self.world.h1, self.world.staff["clerk"]
        row.sha256 = digest(row)
        row.save(force_insert=True)
        return row


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/cash-drawers/": lambda e: e.get("cash_drawer").pk,
    "admin/v1/cashier-shifts/": lambda e: e.get("cashier_shift").pk,
    "admin/v1/daily-closes/": lambda e: e.get("daily_close").pk,
    "admin/v1/monthly-closes/": lambda e: e.get("monthly_close").pk,
    "admin/v1/bank-deposits/": lambda e: e.get("bank_deposit").pk,
}
