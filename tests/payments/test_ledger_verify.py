"""The proof: whatever somebody with the keys to the database changes is found and named."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.audit.models import AuditEvent
from apps.identity.models import Hospital
from apps.payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from apps.payments.services.ledger import Account
from apps.payments.services.verify_ledger import MAX_NAMED, Report, verify_ledger
from tests.payments.ledger_support import (
    CARD,
    CASH,
    OTHER_CARD,
    REVENUE,
    WECHAT,
    account_id,
    make_hospital,
    move,
    tamper,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("PAY-09")]


@pytest.fixture
def hospital(db: None) -> Hospital:
    """1000 fen on a card of which 300 are spent, 200 on another; a second hospital beside it."""
    made, other = make_hospital(), make_hospital("L2")
    move(made, CASH, CARD, 1000)
    move(made, CARD, REVENUE, 300)
    move(made, WECHAT, OTHER_CARD, 200)
    move(other, CASH, CARD, 5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return made


def found(report: Report) -> set[tuple[str, str]]:
    return {(finding.kind, finding.id) for finding in report.findings}


def test_sound_books_are_proven_and_the_proof_is_on_record(hospital: Hospital) -> None:
    report = verify_ledger()
    assert (report.ok, report.transactions, report.entries, report.accounts) == (True, 4, 8, 7)
    assert AuditEvent.objects.get(object_type="payments.ledger").after["wrong"] == 0
    assert verify_ledger(hospital_id=hospital.pk).transactions == 3


def test_an_empty_ledger_is_sound(db: None) -> None:
    assert verify_ledger().ok


def spent(hospital: Hospital) -> LedgerTransaction:
    return LedgerTransaction.objects.get(entries__account=account_id(hospital, CARD), entries__amount_fen=300)


def change_an_amount(h: Hospital) -> set[tuple[str, str]]:
    tamper("UPDATE payments_ledgerentry SET amount_fen = 299 WHERE amount_fen = 300")
    return {("unbalanced", str(spent_after(h))), ("balance_differs", str(account_id(h, CARD)))}


def spent_after(h: Hospital) -> Any:
    return LedgerEntry.objects.get(amount_fen=299).transaction_id


def change_both_sides(h: Hospital) -> set[tuple[str, str]]:
    tamper("UPDATE payments_ledgerentry SET amount_fen = sign(amount_fen) * 299 WHERE abs(amount_fen) = 300")
    return {("balance_differs", str(account_id(h, account))) for account in (CARD, REVENUE)}


def remove_an_entry(h: Hospital) -> set[tuple[str, str]]:
    key = str(spent(h).pk)
    tamper("DELETE FROM payments_ledgerentry WHERE amount_fen = 300")
    return {("too_few_entries", key), ("balance_differs", str(account_id(h, CARD)))}


def remove_all_entries_of_a_transaction(h: Hospital) -> set[tuple[str, str]]:
    key = str(spent(h).pk)
    tamper("DELETE FROM payments_ledgerentry WHERE abs(amount_fen) = 300")
    accounts = {("balance_differs", str(account_id(h, account))) for account in (CARD, REVENUE)}
    return {("too_few_entries", key), *accounts}


def remove_a_transaction(h: Hospital) -> set[tuple[str, str]]:
    key = spent(h).pk
    tamper("DELETE FROM payments_ledgertransaction WHERE id = %s", key)
    return {("no_transaction", str(key))}


def remove_an_account(h: Hospital) -> set[tuple[str, str]]:
    key = account_id(h, REVENUE)
    tamper("DELETE FROM payments_ledgeraccount WHERE id = %s", key)
    return {("no_account", str(key)), ("hospital_total", str(h.pk))}


def differing(h: Hospital, *cards: Account) -> set[tuple[str, str]]:
    """A balance that was tampered with differs from its entries, and from its lots."""
    kinds = ("balance_differs", "lots_differ")
    return {(kind, str(account_id(h, card))) for card in cards for kind in kinds}


def change_a_balance(h: Hospital) -> set[tuple[str, str]]:
    tamper(
        "UPDATE payments_ledgerbalance SET balance_fen = balance_fen - 1 WHERE account_id = %s",
        account_id(h, CARD),
    )
    return {*differing(h, CARD), ("hospital_total", str(h.pk))}


def shift_between_balances(h: Hospital) -> set[tuple[str, str]]:
    for account, by in ((CARD, -50), (OTHER_CARD, 50)):
        tamper(
            "UPDATE payments_ledgerbalance SET balance_fen = balance_fen + %s WHERE account_id = %s",
            by,
            account_id(h, account),
        )
    return differing(h, CARD, OTHER_CARD)


def remove_a_balance(h: Hospital) -> set[tuple[str, str]]:
    tamper("DELETE FROM payments_ledgerbalance WHERE account_id = %s", account_id(h, CARD))
    return {*differing(h, CARD), ("hospital_total", str(h.pk))}


def remove_an_empty_stripe(h: Hospital) -> set[tuple[str, str]]:
    tamper(
        "DELETE FROM payments_ledgerbalance WHERE account_id = %s AND balance_fen = 0", account_id(h, CASH)
    )
    return {("balance_rows", str(account_id(h, CASH)))}


def lift_the_guard_of_a_card(h: Hospital) -> set[tuple[str, str]]:
    tamper("UPDATE payments_ledgerbalance SET is_prepaid = false WHERE account_id = %s", account_id(h, CARD))
    return {("balance_rows", str(account_id(h, CARD)))}


def move_an_entry_to_another_hospital(h: Hospital) -> set[tuple[str, str]]:
    tamper(
        "UPDATE payments_ledgerentry SET hospital_id = (SELECT id FROM identity_hospital WHERE code = 'L2') "
        "WHERE amount_fen = 300"
    )
    return {("other_hospital", str(spent(h).pk)), ("other_hospital", str(account_id(h, CARD)))}


def move_a_transaction_to_another_hospital(h: Hospital) -> set[tuple[str, str]]:
    key = spent(h).pk
    tamper(
        "UPDATE payments_ledgertransaction SET hospital_id = "
        "(SELECT id FROM identity_hospital WHERE code = 'L2') WHERE id = %s",
        key,
    )
    return {("other_hospital", str(key))}


def overdraw_a_card(h: Hospital) -> set[tuple[str, str]]:
    """Consistently: entries balance and so do the sums; only the guard was taken away."""
    card, revenue = account_id(h, CARD), account_id(h, REVENUE)
    _raw_spending(h, 701)
    tamper(
        "UPDATE payments_ledgerbalance SET is_prepaid = false, balance_fen = balance_fen + 701 WHERE account_id = %s",
        card,
    )
    tamper(
        "UPDATE payments_ledgerbalance SET balance_fen = balance_fen - 701 WHERE account_id = %s AND stripe = 0",
        revenue,
    )
    return {("prepaid_negative", str(card)), ("lots_differ", str(card))}


def overdraw_a_card_and_fill_it_again(h: Hospital) -> set[tuple[str, str]]:
    card = account_id(h, CARD)
    overdraw_a_card(h)
    move(h, CASH, CARD, 500)
    tamper("UPDATE payments_ledgerbalance SET is_prepaid = true WHERE account_id = %s", card)
    tamper("UPDATE prepaid_prepaidlot SET left_fen = 499 WHERE left_fen = 1200")
    return {("prepaid_was_negative", str(card))}


def _raw_spending(h: Hospital, fen: int) -> None:
    tamper(
        "INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, note, created_at, posted_on) "
        "VALUES (uuid7(), %s, 'raw', 'raw', '', now(), current_date)",
        h.pk,
    )
    for account, amount in ((CARD, fen), (REVENUE, -fen)):
        tamper(
            "INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen) "
            "SELECT id, %s, hospital_id, %s FROM payments_ledgertransaction WHERE key = 'raw'",
            account_id(h, account),
            amount,
        )


def switch_a_guard_off(h: Hospital) -> set[tuple[str, str]]:
    tamper("ALTER TABLE payments_ledgerentry DISABLE TRIGGER append_only")
    return {("guard_missing", "")}


def drop_a_guard(h: Hospital) -> set[tuple[str, str]]:
    tamper("DROP TRIGGER follows_entries ON payments_ledgerbalance")
    return {("guard_missing", "")}


ATTACKS: list[Callable[[Hospital], set[tuple[str, str]]]] = [
    change_an_amount, change_both_sides, remove_an_entry, remove_all_entries_of_a_transaction, remove_a_transaction,
    remove_an_account, change_a_balance, shift_between_balances, remove_a_balance, remove_an_empty_stripe,
    lift_the_guard_of_a_card, move_an_entry_to_another_hospital, move_a_transaction_to_another_hospital,
    overdraw_a_card, overdraw_a_card_and_fill_it_again, switch_a_guard_off, drop_a_guard,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_was_tampered_with_is_named(hospital: Hospital, attack: Any) -> None:
    expected = attack(hospital)
    report = verify_ledger()
    assert not report.ok
    assert found(report) == expected
    assert found(verify_ledger(hospital_id=hospital.pk)) == expected, "also when asked for that hospital"


@pytest.mark.parametrize("attack", [change_an_amount, remove_an_entry, change_a_balance, overdraw_a_card])
def test_one_hospitals_books_are_proven_apart(hospital: Hospital, attack: Any) -> None:
    attack(hospital)
    assert verify_ledger(hospital_id=Hospital.objects.get(code="L2").pk).ok


def test_the_command_prints_figures_or_ends_with_what_is_wrong(hospital: Hospital) -> None:
    out, err = StringIO(), StringIO()
    call_command("verify_ledger", stdout=out)
    assert "the ledger is sound: 4 transactions, 8 entries, 7 accounts" in out.getvalue()
    change_a_balance(hospital)
    with pytest.raises(CommandError, match="not sound: 3 findings"):
        call_command("verify_ledger", "--hospital", "L1", stderr=err)
    assert (
        f"balance_differs: {account_id(hospital, CARD)} card_balance card-1: entries -700, balance -701"
        in err.getvalue()
    )
    call_command("verify_ledger", "--hospital", "L2", stdout=out)
    with pytest.raises(CommandError, match="no hospital"):
        call_command("verify_ledger", "--hospital", "nowhere")


def test_much_that_is_wrong_is_counted_but_not_all_of_it_named(hospital: Hospital) -> None:
    tamper(
        "INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, note, created_at, posted_on) "
        "SELECT uuid7(), %s, n::text, 'raw', '', now(), current_date FROM generate_series(1, 250) AS n",
        hospital.pk,
    )
    report = verify_ledger()
    assert (report.wrong, len(report.findings)) == (250, MAX_NAMED)


@pytest.mark.django_db(transaction=True)
def test_several_connections_prove_what_one_proves() -> None:
    made = make_hospital()
    move(made, CASH, CARD, 1000)
    assert verify_ledger(jobs=3).ok
    change_a_balance(made)
    assert found(verify_ledger(jobs=3)) == found(verify_ledger())


def test_several_connections_are_not_asked_to_see_into_a_transaction(hospital: Hospital) -> None:
    with pytest.raises(ValueError, match="transaction"):
        verify_ledger(jobs=2)
    assert LedgerAccount.objects.count() == 7
