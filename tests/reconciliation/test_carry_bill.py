"""A bill that does not come for three working days lets two persons close its day without it."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from apps.payments.day_blockers import open_items
from apps.reconciliation.models import ReconciliationRun
from apps.worklist.models import Approval
from kernel import clock
from tests.payments.support import TODAY, Till
from tests.scheduling.support import ADMIN, code, sign_in_for_good

pytestmark = [pytest.mark.requirement("CLN-10", "PAY-11")]


@pytest.fixture
def run(till: Till) -> ReconciliationRun:
    """Of a Monday whose bill does not come."""
    for name, role in {"books": "finance", "cfo": "finance_head"}.items():
        till.world.add_staff(name, role, till.world.h1, [])
    sign_in_for_good(till.world)
    return ReconciliationRun.objects.create(
        hospital=till.world.h1,
        merchant=till.merchant,
        account_id=till.merchant.pk,
        channel="wechat_pay",
        business_date=TODAY,
    )


def wait(till: Till, days: int, hour: int = 13) -> None:
    till.move_to(dt.datetime.combine(TODAY + dt.timedelta(days=days), dt.time(hour), clock.LOCAL))


def ask(till: Till, run: ReconciliationRun, who: str = "books") -> Any:
    return till.world.client(who).post(
        f"{ADMIN}/reconciliation-runs/{run.pk}/carry", {"reason": "银行系统故障"}, "json",
        HTTP_IDEMPOTENCY_KEY=uuid4().hex,
    )  # fmt: skip


def agree(till: Till, who: str) -> Any:
    approval = Approval.objects.get(kind="reconciliation.carry_bill", state="requested")
    url = f"{ADMIN}/approvals/{approval.pk}/approve"
    return till.world.client(who).post(url, {"version": approval.version}, format="json")


def test_three_working_days_have_to_pass(till: Till, run: ReconciliationRun) -> None:
    wait(till, 2)
    refused = ask(till, run)
    assert code(refused) == (409, "bill_may_come") and refused.json()["until"].startswith("2026-11-26T")
    wait(till, 3, 15)
    assert ask(till, run).status_code == 200
    assert code(ask(till, run)) == (409, "approval_open")


def test_the_second_person_lets_the_day_be_closed_and_the_run_waits_on(
    till: Till, run: ReconciliationRun
) -> None:
    wait(till, 4)
    assert [item.subject_id for item in open_items(till.world.h1.pk, TODAY)] == [str(run.pk)]
    ask(till, run)
    assert agree(till, "books").status_code in (403, 409)
    assert open_items(till.world.h1.pk, TODAY)
    assert agree(till, "cfo").status_code == 200
    run.refresh_from_db()
    assert run.state == "waiting_bill" and run.carried_at is not None
    assert open_items(till.world.h1.pk, TODAY) == []
    assert code(ask(till, run)) == (409, "state_conflict")


def test_who_asked_does_not_agree_and_a_result_is_not_carried(till: Till, run: ReconciliationRun) -> None:
    wait(till, 4)
    ask(till, run, "cfo")
    assert agree(till, "cfo").status_code == 409
    assert ask(till, run, "clerk").status_code == 403
    ReconciliationRun.objects.filter(pk=run.pk).update(state="balanced")
    assert code(ask(till, run)) == (409, "state_conflict")
