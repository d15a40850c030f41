"""What PostgreSQL refuses, whoever asks: no code of ours stands between these statements and the tables."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from apps.identity.models import Hospital
from apps.payments.models import LedgerBalance, LedgerEntry, LedgerTransaction
from kernel.money import MAX_FEN
from tests.payments.ledger_support import CARD, CASH, REVENUE, account_id, held, make_hospital, move

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PAY-09")]
TRANSACTION = (
    "INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, note, created_at, posted_on) "
    "VALUES (%s, %s, %s, 'raw', '', now(), current_date)"
)
ENTRIES = "INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen) VALUES "
ACCOUNT = "INSERT INTO payments_ledgeraccount (id, hospital_id, kind, owner, created_at) VALUES (%s, %s, %s, %s, now())"
NUMBERED = ENTRIES.replace("(transaction_id", "(id, transaction_id") + "(0, uuid7(), uuid7(), uuid7(), 1)"


@pytest.fixture
def hospital(db: None) -> Hospital:
    """With 1000 fen on a card, taken in cash, of which 300 were spent."""
    made = make_hospital()
    move(made, CASH, CARD, 1000)
    move(made, CARD, REVENUE, 300)
    return made


@pytest.fixture
def other(db: None) -> Hospital:
    """Another hospital with books of its own."""
    made = make_hospital("L2")
    move(made, CASH, REVENUE, 1)
    return made


@pytest.fixture(autouse=True)
def nothing_changed(hospital: Hospital, other: Hospital) -> Iterator[None]:
    """Whatever a test tries, the books stay as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    before = _picture()
    yield
    assert _picture() == before


def _picture() -> list[Any]:
    return [
        sorted(LedgerBalance.objects.values_list("account_id", "stripe", "balance_fen")),
        sorted(LedgerEntry.objects.values_list("id", "account_id", "amount_fen")),
        sorted(LedgerTransaction.objects.values_list("id", "kind")),
    ]


def attack(*statements: tuple[str, list[Any]]) -> None:
    """Run them in one transaction, to its commit as far as constraints go."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values or None)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def new_transaction(hospital: Hospital) -> tuple[UUID, tuple[str, list[Any]]]:
    key = uuid4()
    return key, (TRANSACTION, [key, hospital.pk, str(key)])


def entries(*rows: tuple[UUID, UUID, UUID, int]) -> tuple[str, list[Any]]:
    """(transaction, account, hospital, amount) in one statement."""
    return ENTRIES + ", ".join(["(%s, %s, %s, %s)"] * len(rows)), [value for row in rows for value in row]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET amount_fen = amount_fen * 2",
        "UPDATE payments_ledgerentry SET account_id = account_id",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry",
        "UPDATE payments_ledgertransaction SET note = 'x'",
        "DELETE FROM payments_ledgertransaction",
        "TRUNCATE payments_ledgertransaction",
        "UPDATE payments_ledgeraccount SET owner = 'x'",
        "DELETE FROM payments_ledgeraccount",
        "TRUNCATE payments_ledgeraccount",
        "UPDATE payments_ledgerbalance SET balance_fen = 0",
        "UPDATE payments_ledgerbalance SET is_prepaid = false",
        "DELETE FROM payments_ledgerbalance",
        "TRUNCATE payments_ledgerbalance",
        "INSERT INTO payments_ledgerbalance (account_id, stripe, is_prepaid) SELECT uuid7(), 1, false",
        NUMBERED,
    ],
)
def test_nothing_is_changed_or_removed_or_written_beside_the_entries(statement: str) -> None:
    with pytest.raises(Exception, match=r"append-only|follow entries|cannot insert a non-DEFAULT value"):
        attack((statement, []))


@pytest.mark.parametrize("amounts", [(5, -4), (5, 5), (5,), ()], ids=str)
def test_a_transaction_that_does_not_balance_is_refused(hospital: Hospital, amounts: tuple[int, ...]) -> None:
    key, made = new_transaction(hospital)
    accounts = (account_id(hospital, CASH), account_id(hospital, REVENUE))
    rows = [(key, account, hospital.pk, amount) for account, amount in zip(accounts, amounts, strict=False)]
    with pytest.raises(IntegrityError, match="balance"):
        attack(made, *([entries(*rows)] if rows else []))


def test_a_transaction_without_entries_is_refused_at_its_commit(hospital: Hospital) -> None:
    _, made = new_transaction(hospital)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*made)
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_a_committed_transaction_takes_no_more_entries(hospital: Hospital) -> None:
    old = LedgerTransaction.objects.all()[0].pk
    cash, revenue = account_id(hospital, CASH), account_id(hospital, REVENUE)
    with pytest.raises(IntegrityError, match="in one statement"):
        attack(entries((old, cash, hospital.pk, 7), (old, revenue, hospital.pk, -7)))


def test_entries_do_not_come_in_two_statements_even_if_they_balance_in_the_end(hospital: Hospital) -> None:
    key, made = new_transaction(hospital)
    cash, revenue = account_id(hospital, CASH), account_id(hospital, REVENUE)
    rows = ((key, cash, hospital.pk, 7), (key, revenue, hospital.pk, -7))
    with pytest.raises(IntegrityError, match="in one statement"):
        attack(made, entries(*rows), entries(*rows))
    with pytest.raises(IntegrityError, match="in one statement"):
        attack(made, entries(rows[0]), entries(rows[1]))


def test_accounts_and_transaction_are_of_one_hospital(hospital: Hospital, other: Hospital) -> None:
    here, there = (hospital, account_id(hospital, CASH)), (other, account_id(other, REVENUE))
    for owner, stated in (
        (hospital, (hospital, hospital)),
        (hospital, (hospital, other)),
        (other, (other, other)),
    ):
        key, made = new_transaction(owner)
        rows = [
            (key, account, said.pk, amount)
            for (_, account), said, amount in zip((here, there), stated, (7, -7), strict=True)
        ]
        with pytest.raises(IntegrityError, match="not of one hospital"):
            attack(made, entries(*rows))


@pytest.mark.parametrize("missing", ["transaction", "account"])
def test_an_entry_hangs_on_a_transaction_and_an_account_that_exist(hospital: Hospital, missing: str) -> None:
    key, made = new_transaction(hospital)
    cash, nowhere = account_id(hospital, CASH), uuid4()
    accounts = (cash, nowhere if missing == "account" else account_id(hospital, REVENUE))
    rows = [(key, account, hospital.pk, amount) for account, amount in zip(accounts, (7, -7), strict=True)]
    with pytest.raises(IntegrityError, match="not of one hospital"):
        attack(*([made] if missing == "account" else []), entries(*rows))


@pytest.mark.parametrize("amount", [0, MAX_FEN + 1, 2**63])
def test_amounts_are_neither_zero_nor_beyond_measure(hospital: Hospital, amount: int) -> None:
    key, made = new_transaction(hospital)
    cash, revenue = account_id(hospital, CASH), account_id(hospital, REVENUE)
    with pytest.raises((IntegrityError, DataError), match=r"ledger_entry_amount|out of range"):
        attack(made, entries((key, cash, hospital.pk, amount), (key, revenue, hospital.pk, -amount)))


def test_a_prepaid_account_is_not_overdrawn_by_a_raw_statement_either(hospital: Hospital) -> None:
    key, made = new_transaction(hospital)
    card, revenue = account_id(hospital, CARD), account_id(hospital, REVENUE)
    with pytest.raises(IntegrityError, match="ledger_prepaid_not_negative"):
        attack(made, entries((key, card, hospital.pk, 701), (key, revenue, hospital.pk, -701)))
    assert held(hospital, CARD) == 700


@pytest.mark.parametrize(("kind", "owner"), [("card_balance", ""), ("pocket", "x")])
def test_accounts_are_of_a_known_kind_and_prepaid_ones_have_an_owner(
    hospital: Hospital, kind: str, owner: str
) -> None:
    with pytest.raises(IntegrityError, match=r"ledger_account_kind|ledger_prepaid_has_owner"):
        attack((ACCOUNT, [uuid4(), hospital.pk, kind, owner]))
