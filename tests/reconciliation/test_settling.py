"""A difference is settled by two people and by entries that name it; nothing that was recorded is changed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from apps.access.models import Role, StaffRole
from apps.payments.models import AccountKind, LedgerTransaction
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.reconciliation.models import Difference
from apps.worklist.models import WorkItem
from tests.payments.support import Till
from tests.reconciliation.support import decide, pay_bill, plant, propose, reconcile
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("PAY-11")
URL = f"{ADMIN}/reconciliation-differences"


def amount_off(till: Till, fen: int) -> Difference:
    """The bill has so much more (or less) of a payment than we."""
    attempt = pay_bill(till, 10_000)
    plant(till, {"kind": "amount", "number": attempt.out_trade_no, "fen": 1_000_000 + fen})
    run = reconcile(till)
    return Difference.objects.get(run=run, kind="amount")


def held(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def test_a_write_off_moves_money_only_when_another_person_has_approved_it(finance: Till) -> None:
    row = amount_off(finance, 500)
    before = held(finance, AccountKind.CLEARING, "wechat_pay")
    proposed = propose(finance, "books", row)
    assert (proposed.status_code, proposed.data["state"]) == (200, "proposed")
    assert held(finance, AccountKind.CLEARING, "wechat_pay") == before
    assert decide(finance, "books", row).status_code == 403
    assert decide(finance, "cfo", row).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.run.state) == ("done", "balanced")
    assert held(finance, AccountKind.CLEARING, "wechat_pay") == before + 500
    assert held(finance, AccountKind.DIFFERENCES) == -500
    assert LedgerTransaction.objects.get(kind="difference").note == "渠道确认为舍入差"
    assert verify_ledger().ok
    assert not WorkItem.objects.filter(kind="reconciliation.difference", state="open").exists()


def test_who_proposed_never_approves_whatever_roles_they_hold(finance: Till) -> None:
    row = amount_off(finance, 500)
    both = Role.objects.get(hospital=None, code="finance_head")
    StaffRole.objects.create(staff=finance.world.staff["books"], role=both)
    assert propose(finance, "books", row).status_code == 200
    refused = decide(finance, "books", row)
    assert code(refused) == (409, "approver_is_requester")
    row.refresh_from_db()
    assert row.state == "proposed"
    assert not LedgerTransaction.objects.filter(kind="difference").exists()


def test_large_write_offs_need_two_heads_of_finance(finance: Till) -> None:
    row = amount_off(finance, 600_000)
    propose(finance, "books", row)
    assert decide(finance, "cfo", row).status_code == 200
    row.refresh_from_db()
    assert row.state == "proposed"
    assert decide(finance, "cfo", row).status_code == 409
    row.refresh_from_db()
    assert row.state == "proposed"
    assert decide(finance, "cfo2", row).status_code == 200
    row.refresh_from_db()
    assert row.state == "done"


def test_a_refused_proposal_leaves_the_difference_open_for_another(finance: Till) -> None:
    row = amount_off(finance, -500)
    propose(finance, "books", row)
    assert decide(finance, "cfo", row, "reject").status_code == 200
    row.refresh_from_db()
    assert (row.state, row.action) == ("open", "")
    assert propose(finance, "books2", row, action="take_up").status_code == 200
    assert decide(finance, "cfo", row).status_code == 200
    assert held(finance, AccountKind.SHORT_RECEIVABLE, "wechat_pay") == 500
    assert verify_ledger().ok


def test_undoing_a_settlement_is_a_contra_entry_and_the_difference_is_open_again(finance: Till) -> None:
    row = amount_off(finance, 500)
    before = held(finance, AccountKind.CLEARING, "wechat_pay")
    propose(finance, "books", row, action="take_up")
    decide(finance, "cfo", row)
    assert held(finance, AccountKind.OVER_SUSPENSE) == 500
    assert (
        finance.world.client("books").post(f"{URL}/{row.pk}/undo", {"reason": "找到了"}, "json").status_code
        == 403
    )
    undone = finance.world.client("cfo").post(f"{URL}/{row.pk}/undo", {"reason": "找到了"}, "json")
    assert (undone.status_code, undone.data["state"]) == (200, "open")
    assert (held(finance, AccountKind.OVER_SUSPENSE), held(finance, AccountKind.CLEARING, "wechat_pay")) == (
        0,
        before,
    )
    assert LedgerTransaction.objects.filter(kind="difference").count() == 2
    assert propose(finance, "books", row).status_code == 200
    assert decide(finance, "cfo2", row).status_code == 200
    assert held(finance, AccountKind.DIFFERENCES) == -500
    assert verify_ledger().ok


def test_what_comes_to_nothing_together_is_linked(finance: Till) -> None:
    first, second = two_opposite(finance)
    run = first.run
    alone = propose(finance, "books", first, action="link")
    assert (alone.status_code, alone.data["errors"][0]["field"]) == (400, "linked_ids")
    assert propose(finance, "books", first, action="link", linked_ids=[str(second.pk)]).status_code == 200
    assert decide(finance, "cfo", first).status_code == 200
    assert set(Difference.objects.values_list("state", flat=True)) == {"done"}
    assert not LedgerTransaction.objects.filter(kind="difference").exists()
    run.refresh_from_db()
    assert run.state == "balanced"


def two_opposite(till: Till) -> tuple[Difference, Difference]:
    """Two payments of which the bill has 3 yuan too much and 3 too little."""
    one, two = pay_bill(till, 100), pay_bill(till, 200)
    plant(
        till,
        {"kind": "amount", "number": one.out_trade_no, "fen": 10_300},
        {"kind": "amount", "number": two.out_trade_no, "fen": 19_700},
    )
    first, second = Difference.objects.filter(run=reconcile(till)).order_by("-effect_fen")
    return first, second


def test_a_difference_stands_in_one_proposal_only(finance: Till) -> None:
    first, second = two_opposite(finance)
    assert propose(finance, "books", first, action="link", linked_ids=[str(second.pk)]).status_code == 200
    third = Difference.objects.create(
        **{
            name: getattr(first, name)
            for name in ("hospital_id", "run_id", "business_date", "channel", "kind", "direction", "effect_fen")
        },
        key="T-third", state="open",
    )  # fmt: skip
    refused = propose(finance, "books2", third, action="link", linked_ids=[str(second.pk)])
    assert (refused.status_code, refused.data["errors"][0]["code"]) == (400, "not_proposed")
    assert decide(finance, "cfo", first).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_last_differences_are_settled_at_once_is_balanced(finance: Till) -> None:
    rows = two_opposite(finance)
    for row in rows:
        assert propose(finance, "books", row, action="take_up").status_code == 200
    for round_number in range(4):
        go = Barrier(2)

        def settle_one(row: Difference, go: Barrier = go) -> int:
            try:
                go.wait(10)
                return int(decide(finance, "cfo", row).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(settle_one, rows)) == [200, 200]
        rows[0].run.refresh_from_db()
        assert rows[0].run.state == "balanced", round_number
        for row in rows:
            undo = finance.world.client("cfo2").post(f"{URL}/{row.pk}/undo", {"reason": "再来"}, "json")
            assert undo.status_code == 200
            assert propose(finance, "books", row, action="take_up").status_code == 200
    assert verify_ledger().ok


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"linked_ids": ["01a23277-e661-7257-9171-4a3fa42a562d"]}, "linked_ids"),
        ({"action": "link", "linked_ids": ["01a23277-e661-7257-9171-4a3fa42a562d"]}, "linked_ids"),
        ({"action": "carry_forward"}, "carried_until"),
        ({"action": "carry_forward", "carried_until": "2026-03-18"}, "carried_until"),
        ({"action": "void_test"}, "action"),
        ({"action": "give_up"}, "action"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_proposal_that_makes_no_sense_says_where(finance: Till, body: dict[str, Any], field: str) -> None:
    row = amount_off(finance, 500)
    refused = propose(finance, "books", row, **body)
    assert (refused.status_code, refused.data["errors"][0]["field"].partition(".")[0]) == (400, field)
    row.refresh_from_db()
    assert (row.state, row.approval_id) == ("open", None)


def test_a_foreign_hospitals_difference_is_not_there(finance: Till) -> None:
    row = amount_off(finance, 500)
    assert propose(finance, "admin2", row).status_code == 404
    assert finance.world.client("admin2").get(f"{URL}/{row.pk}").status_code == 404
    assert finance.world.client("clerk").get(URL).status_code == 403
