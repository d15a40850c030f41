"""A hospital with a HIS of the sandbox, and the runs that compare with its bill."""

import datetime as dt
from typing import Any

from apps.integrations.adapters import factory
from apps.reconciliation.models import ReconciliationRun
from apps.reconciliation.services.runs import start_daily
from kernel import clock
from tests.integrations.conftest import HisControl
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import work


class HisTill:
    """The till, and the HIS behind it."""

    def __init__(self, till: Till) -> None:
        self.till, self.book = till, HisControl(till.sandbox)

    def plant(self, *rules: dict[str, Any]) -> None:
        """Faults of HIS's bills from now on."""
        self.till.sandbox.control("PUT", "his/bill-faults", {"rules": list(rules)})

    def settings(self, **values: Any) -> None:
        """Settings of the hospital; dots are written as __."""
        hospital = self.till.world.h1
        hospital.settings = {
            **hospital.settings,
            **{name.replace("__", "."): to for name, to in values.items()},
        }
        hospital.save()

    def morning_after(self, day: dt.date = TODAY) -> None:
        """When bills are compared."""
        self.till.move_to(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(10, 15), clock.LOCAL))

    def reconcile(self, day: dt.date = TODAY) -> ReconciliationRun:
        """The run of that day with HIS, on the morning after it."""
        self.morning_after(day)
        start_daily(day)
        work()
        return self.run(day)

    def run(self, day: dt.date = TODAY) -> ReconciliationRun:
        """What counts."""
        rows = ReconciliationRun.objects.exclude(state="superseded")
        return rows.get(counterparty="his", business_date=day)


def connect(till: Till, settings: Any) -> HisTill:
    """The first hospital's HIS is reached over HTTP."""
    settings.HIS_BASE_URL = till.sandbox.url
    factory.his_client.cache_clear()
    made = HisTill(till)
    made.settings(his__driver="http")
    return made
