"""What reconciliation keeps open: differences until they are settled, and accounts that had a bill of the day."""

import datetime as dt

import pytest

from apps.payments.day_blockers import open_items
from apps.payments.models import LedgerTransaction, MerchantAccount
from apps.payments.services.closing import close_day
from apps.reconciliation.models import Difference
from apps.reconciliation.services.settle import undo
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import decide, pay_bill, plant, propose, reconcile
from tests.scheduling.support import TOMORROW

pytestmark = pytest.mark.requirement("CLN-10", "PAY-11")


def settled(till: Till) -> Difference:
    """A difference of today, written off on the morning after."""
    attempt = pay_bill(till, 10_000)
    plant(till, {"kind": "amount", "number": attempt.out_trade_no, "fen": 1_000_500})
    row = Difference.objects.get(run=reconcile(till), kind="amount")
    return written_off(till, row)


def written_off(till: Till, row: Difference) -> Difference:
    assert propose(till, "books", row).status_code == 200
    assert decide(till, "cfo", row).status_code == 200
    row.refresh_from_db()
    assert row.state == "done"
    return row


def named(till: Till, day: dt.date, kind: str) -> list[str]:
    items = open_items(till.world.h1.pk, day)
    return [item.subject_id or item.subject_name for item in items if item.kind == kind]


def test_a_difference_that_opens_after_its_days_close_keeps_later_days_open(finance: Till) -> None:
    row = settled(finance)
    close_day(hospital=finance.world.h1, day=TODAY, by=finance.world.staff["books"])
    assert named(finance, TOMORROW, "reconciliation.difference") == []
    row = undo(row, reason="写错了")
    assert row.state == "open"
    for day in (TOMORROW, TOMORROW + dt.timedelta(days=20)):
        assert named(finance, day, "reconciliation.difference") == [str(row.pk)]
    assert named(finance, TODAY - dt.timedelta(days=1), "reconciliation.difference") == []


def test_what_settles_a_difference_of_a_closed_day_names_that_day(finance: Till) -> None:
    row = settled(finance)
    close_day(hospital=finance.world.h1, day=TODAY, by=finance.world.staff["books"])
    row = undo(row, reason="写错了")
    written_off(finance, row)
    made = LedgerTransaction.objects.filter(key__startswith="difference").order_by("id")
    assert list(made.values_list("posted_on", "corrects_date")) == [
        (TOMORROW, None),
        (TOMORROW, TODAY),
        (TOMORROW, TODAY),
    ]


def test_an_account_keeps_no_day_open_on_which_it_was_not_there(till: Till) -> None:
    till.move_to(dt.datetime.combine(TOMORROW, dt.time(9), till.now.tzinfo))
    till.offer("alipay")
    assert named(till, TODAY, "reconciliation.run") == ["微信支付"]
    assert sorted(named(till, TOMORROW, "reconciliation.run")) == ["alipay", "微信支付"]


def test_an_account_out_of_use_keeps_the_days_open_on_which_it_took_money(till: Till) -> None:
    pay_bill(till)
    MerchantAccount.objects.filter(pk=till.merchant.pk).update(is_active=False)
    till.move_to(dt.datetime.combine(TOMORROW, dt.time(9), till.now.tzinfo))
    assert named(till, TODAY, "reconciliation.run") == ["微信支付"]
    assert named(till, TOMORROW, "reconciliation.run") == []
    reconcile(till)
    assert named(till, TODAY, "reconciliation.run") == []
