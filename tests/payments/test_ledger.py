"""Every movement of money balances, is made once, and a prepaid account never falls below zero."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from apps.identity.models import Hospital
from apps.payments.errors import InsufficientBalance, LedgerConflict
from apps.payments.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerTransaction
from apps.payments.selectors.ledger import account_statement, trial_balance
from apps.payments.services.ledger import Account, AccountKind, Movement, post
from kernel import clock
from kernel.money import MAX_FEN
from tests.payments.ledger_support import (
    CARD,
    CASH,
    OTHER_CARD,
    REVENUE,
    UNPOSTED,
    WECHAT,
    account_id,
    held,
    make_hospital,
    move,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PAY-09")]


@pytest.fixture
def hospital(db: None) -> Hospital:
    return make_hospital()


def test_both_sides_are_moved_and_read_in_their_natural_sign(hospital: Hospital) -> None:
    order, refund = uuid4(), uuid4()
    with clock.frozen(dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)):
        made = move(
            hospital, WECHAT, UNPOSTED, 1500, kind="paid", order_id=order, refund_id=refund, note="备注"
        )
    move(hospital, UNPOSTED, CARD, 1500)
    stored = LedgerTransaction.objects.get(pk=made.pk)
    assert (stored.kind, stored.order_id, stored.refund_id, stored.note) == ("paid", order, refund, "备注")
    assert stored.posted_on == dt.date(2026, 11, 24), "the day in Asia/Shanghai"
    assert [held(hospital, account) for account in (WECHAT, UNPOSTED, CARD)] == [1500, 0, 1500]
    assert sum(LedgerEntry.objects.values_list("amount_fen", flat=True)) == 0


def test_an_account_that_was_never_moved_holds_nothing_and_is_not_made_by_reading(hospital: Hospital) -> None:
    assert held(hospital, CARD) == 0
    assert not LedgerAccount.objects.exists()


def test_one_owners_accounts_of_different_kinds_are_apart(hospital: Hospital) -> None:
    kinds = (AccountKind.BOOKING_DEPOSIT, AccountKind.STORED_VALUE, AccountKind.INPATIENT_DEPOSIT)
    for number, kind in enumerate(kinds, start=1):
        move(hospital, CASH, Account(kind, "same"), number * 100)
    assert [held(hospital, Account(kind, "same")) for kind in kinds] == [100, 200, 300]
    assert held(hospital, Account(AccountKind.CARD_BALANCE, "same")) == 0
    other = make_hospital("L2")
    assert held(other, Account(AccountKind.STORED_VALUE, "same")) == 0


def test_the_same_posting_again_is_the_first_one(hospital: Hospital) -> None:
    first = move(hospital, WECHAT, CARD, 700, key="paid:1")
    move(hospital, CARD, REVENUE, 700)
    again = move(hospital, WECHAT, CARD, 700, key="paid:1")
    assert (again.pk, again.created_at) == (first.pk, first.created_at)
    assert held(hospital, CARD) == 0
    move(hospital, WECHAT, CARD, 300)
    spent = move(hospital, CARD, REVENUE, 300, key="spent:1")
    assert move(hospital, CARD, REVENUE, 300, key="spent:1").pk == spent.pk, "though the card is empty now"


@pytest.mark.parametrize(
    "other",
    [
        {"fen": 701},
        {"debit": CASH},
        {"credit": OTHER_CARD},
        {"kind": "refunded"},
        {"order_id": uuid4()},
        {"refund_id": uuid4()},
    ],
)
def test_the_same_key_for_something_else_is_refused(hospital: Hospital, other: dict[str, object]) -> None:
    usual: dict[str, object] = {"debit": WECHAT, "credit": CARD, "fen": 700, "key": "paid:1"}
    move(hospital, **usual)  # type: ignore[arg-type]
    with pytest.raises(LedgerConflict):
        move(hospital, **(usual | other))  # type: ignore[arg-type]
    assert LedgerTransaction.objects.count() == 1
    assert held(hospital, WECHAT) == 700


def test_two_hospitals_may_use_the_same_key(hospital: Hospital) -> None:
    other = make_hospital("L2")
    assert move(hospital, CASH, REVENUE, 1, key="k").pk != move(other, CASH, REVENUE, 2, key="k").pk
    assert (held(hospital, REVENUE), held(other, REVENUE)) == (1, 2)


@pytest.mark.parametrize("kind", ["booking_deposit", "stored_value", "inpatient_deposit", "card_balance"])
def test_a_prepaid_account_does_not_fall_below_zero(hospital: Hospital, kind: str) -> None:
    account = Account(AccountKind(kind), "owner")
    with pytest.raises(InsufficientBalance):
        move(hospital, account, REVENUE, 1)
    move(hospital, CASH, account, 500)
    with pytest.raises(InsufficientBalance):
        move(hospital, account, REVENUE, 501)
    move(hospital, account, REVENUE, 500)
    assert held(hospital, account) == 0


def test_after_a_refusal_the_transaction_goes_on(hospital: Hospital) -> None:
    move(hospital, CASH, CARD, 500, key="taken")
    with transaction.atomic():
        with pytest.raises(InsufficientBalance):
            move(hospital, CARD, REVENUE, 501)
        with pytest.raises(LedgerConflict):
            move(hospital, CASH, CARD, 1, key="taken")
        move(hospital, CARD, REVENUE, 200)
    assert held(hospital, CARD) == 300


def test_one_account_may_be_moved_several_times_in_one_posting(hospital: Hospital) -> None:
    movements = [
        Movement(UNPOSTED, 600),
        Movement(REVENUE, -100),
        Movement(REVENUE, -200),
        Movement(REVENUE, -300),
    ]
    with transaction.atomic():
        made = post(hospital_id=hospital.pk, key="k", kind="posted", movements=movements)
        again = post(hospital_id=hospital.pk, key="k", kind="posted", movements=list(reversed(movements)))
    assert made.pk == again.pk
    assert made.entries.count() == 4
    assert held(hospital, REVENUE) == 600
    card = [Movement(CARD, 100), Movement(CARD, -100)]
    with transaction.atomic():
        made = post(hospital_id=hospital.pk, key="card", kind="moved", movements=card)
    amounts = made.entries.order_by("id").values_list("amount_fen", flat=True)
    assert list(amounts) == [-100, 100], "credited first, so that it was never below zero"


@pytest.mark.parametrize(
    "amounts", [(), (0, 0), (5, -4), (5,), (MAX_FEN + 1, -MAX_FEN - 1), (5, 0, -5)], ids=str
)
def test_what_does_not_balance_is_refused_before_anything_is_written(
    hospital: Hospital, amounts: tuple[int, ...]
) -> None:
    movements = [Movement(Account(AccountKind.CLEARING, f"c{n}"), amount) for n, amount in enumerate(amounts)]
    with transaction.atomic(), pytest.raises(ValueError):
        post(hospital_id=hospital.pk, key="k", kind="posted", movements=movements)
    assert not LedgerAccount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_money_is_moved_only_inside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        post(
            hospital_id=uuid4(), key="k", kind="posted", movements=[Movement(CASH, 1), Movement(REVENUE, -1)]
        )


def test_a_posting_is_one_statement_and_three_with_new_accounts(hospital: Hospital) -> None:
    def statements(debit: Account, credit: Account) -> int:
        movements = [Movement(debit, 1), Movement(credit, -1)]
        with CaptureQueriesContext(connection) as queries:
            post(hospital_id=hospital.pk, key=uuid4().hex, kind="posted", movements=movements)
        return len(queries)

    assert statements(CASH, REVENUE) == 3
    assert statements(CASH, REVENUE) == 1
    assert statements(CASH, CARD) <= 12, "once: the account in the ledger, the prepaid account and its lot"
    assert statements(CASH, CARD) == 2, "nobody refuses what comes in"
    assert statements(CARD, REVENUE) == 4, "a savepoint, for its lot may be held"


def test_money_is_moved_as_well_behind_a_pooler_without_prepared_statements(
    hospital: Hospital, settings: Any
) -> None:
    settings.PREPARED_STATEMENTS = False
    move(hospital, WECHAT, CARD, 700, key="k", note="100%")
    move(hospital, WECHAT, CARD, 700, key="k")
    move(hospital, CARD, REVENUE, 100, order_id=uuid4())
    with pytest.raises(InsufficientBalance):
        move(hospital, CARD, REVENUE, 601)
    assert held(hospital, CARD) == 600


def test_a_statement_shows_the_balance_after_each_entry(hospital: Hospital) -> None:
    with clock.frozen(dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)):
        for fen in (500, 300, 200):
            move(hospital, CASH, CARD, fen, note=f"充值{fen}")
        move(hospital, CARD, REVENUE, 400, kind="spent")
    account = LedgerAccount.objects.get(pk=account_id(hospital, CARD))
    shown = [(-e.amount_fen, -e.after_fen, e.transaction.note) for e in account_statement(account)]
    assert shown == [(-400, 600, ""), (200, 1000, "充值200"), (300, 800, "充值300"), (500, 500, "充值500")]
    second = account_statement(account)[2:4]
    assert [-entry.after_fen for entry in second] == [800, 500], "a page knows what came later"


def test_a_statement_of_a_spread_account_adds_its_rows_up(hospital: Hospital) -> None:
    for fen in (1, 2, 3):
        move(hospital, CASH, REVENUE, fen)
    cash = LedgerAccount.objects.get(pk=account_id(hospital, CASH))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        LedgerBalance.objects.filter(account=cash).update(balance_fen=0)
        LedgerBalance.objects.filter(account=cash, stripe__in=(3, 7)).update(balance_fen=3)
        cursor.execute("SET session_replication_role = origin")
    assert [entry.after_fen for entry in account_statement(cash)] == [6, 3, 1]
    assert held(hospital, CASH) == 6


def test_the_trial_balance_names_every_kind_and_its_sides_are_equal(hospital: Hospital) -> None:
    move(hospital, CASH, CARD, 500)
    move(hospital, WECHAT, OTHER_CARD, 300)
    move(hospital, CARD, REVENUE, 200)
    move(hospital, Account(AccountKind.REFUNDS_PAYABLE), CASH, 50)
    rows = trial_balance(LedgerAccount.objects.all())
    assert {row["kind"] for row in rows} == set(AccountKind.values)
    assert sum(row["debit_fen"] for row in rows) == sum(row["credit_fen"] for row in rows) == 800
    by_name = {(row["kind"], row["owner"]): row for row in rows}
    assert by_name["clearing", "cash"]["balance_fen"] == 450
    assert by_name["clearing", "wechat_pay"]["balance_fen"] == 300
    assert by_name["refunds_payable", ""]["balance_fen"] == -50, (
        "paid out without a decision: on the unusual side"
    )
    cards = by_name["card_balance", ""]
    assert (cards["accounts"], cards["balance_fen"]) == (2, 600)
    assert by_name["stored_value", ""]["accounts"] == 0
