"""预付账户: what PostgreSQL holds whoever writes, and what the engine refuses."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.billing.prepaid import CARD_BALANCE
from apps.payments.errors import InsufficientBalance, LedgerConflict
from apps.payments.models import AccountKind, LedgerEntry, LedgerTransaction
from apps.payments.services import ledger
from apps.payments.services.ledger import Account, Movement
from apps.payments.services.verify_ledger import verify_ledger
from apps.prepaid.errors import BalanceLimit
from apps.prepaid.kinds import define_prepaid
from apps.prepaid.models import MovementKind, PrepaidAccount, PrepaidLot, PrepaidMovement, PrepaidMovementPart
from apps.prepaid.selectors import balance_of, lots_of, statement
from apps.prepaid.services import engine, holds
from kernel.errors import InvalidValue, StateConflict
from tests.billing.refund_support import configure
from tests.payments.ledger_support import tamper
from tests.support.world import World

pytestmark = [pytest.mark.requirement("PAY-07"), pytest.mark.django_db]

CARD = Account(AccountKind.CARD_BALANCE, "card")
STORED = Account(AccountKind.STORED_VALUE, "customer")
CASH, REVENUE = Account(AccountKind.CLEARING, "cash"), Account(AccountKind.REVENUE)


def paid_in(world: World, amount: int, account: Account = CARD) -> None:
    movements = [Movement(CASH, amount), Movement(account, -amount)]
    with transaction.atomic():
        ledger.post(hospital_id=world.h1.pk, key=uuid4().hex, kind="posted", movements=movements)


def checked() -> None:
    """What is deferred to the end of the transaction is judged now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(TypeError):
        define_prepaid(CARD_BALANCE)


def test_a_card_has_one_lot_that_follows_the_ledger(world: World) -> None:
    paid_in(world, 500)
    paid_in(world, 300)
    with transaction.atomic():
        ledger.post(
            hospital_id=world.h1.pk, key="out", kind="refund_decided",
            movements=[Movement(CARD, 200), Movement(Account(AccountKind.REFUNDS_PAYABLE), -200)],
        )  # fmt: skip
    (lot,) = lots_of(world.h1.pk, CARD)
    assert (lot.part, lot.source, lot.left_fen) == ("principal", "", 600)
    kinds = [(row.kind, row.amount_fen) for row in statement(world.h1.pk, CARD)]
    assert kinds == [("refund", -200), ("top_up", 300), ("top_up", 500)]
    checked()


def test_lots_are_not_written_by_anybody(world: World) -> None:
    paid_in(world, 500)
    lot = PrepaidLot.objects.get()
    for write in (
        lambda: PrepaidLot.objects.update(left_fen=600),
        lot.delete,
        lambda: PrepaidLot.objects.create(account=lot.account, source="x", left_fen=1),
        lambda: PrepaidMovement.objects.update(amount_fen=600),
        lambda: PrepaidMovementPart.objects.update(left_change_fen=600),
        lambda: PrepaidMovement.objects.all().delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            write()
    lot.refresh_from_db()
    assert lot.left_fen == 500


def test_nothing_is_left_below_zero_and_what_is_held_is_there(world: World) -> None:
    paid_in(world, 500)
    lot = PrepaidLot.objects.get()
    for left, held in ((-501, 0), (0, 501), (-1, 500)):
        with pytest.raises(IntegrityError), transaction.atomic():
            movement = PrepaidMovement.objects.create(
                account=lot.account, kind=MovementKind.CONSUME, amount_fen=left, key=uuid4().hex
            )
            PrepaidMovementPart.objects.create(
                movement=movement, lot=lot, left_change_fen=left, held_change_fen=held
            )


def test_a_movement_of_lots_that_the_ledger_does_not_know_is_refused(world: World) -> None:
    paid_in(world, 500)
    lot = PrepaidLot.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        movement = PrepaidMovement.objects.create(
            account=lot.account, kind=MovementKind.TOP_UP, amount_fen=100, key="free money"
        )
        PrepaidMovementPart.objects.create(movement=movement, lot=lot, left_change_fen=100)
        checked()


def test_a_posting_to_a_prepaid_account_without_lots_is_refused(world: World) -> None:
    paid_in(world, 500)
    paid_in(world, 1, REVENUE)
    card = LedgerEntry.objects.get(account__kind=AccountKind.CARD_BALANCE).account
    revenue = LedgerEntry.objects.get(account__kind=AccountKind.REVENUE).account
    with pytest.raises(IntegrityError), transaction.atomic():
        made = LedgerTransaction.objects.create(hospital=world.h1, key="raw", kind="raw")
        LedgerEntry.objects.bulk_create(
            LedgerEntry(transaction=made, account=account, hospital=world.h1, amount_fen=fen)
            for account, fen in ((card, 100), (revenue, -100))
        )
        checked()


def test_what_is_held_is_used_for_nothing_else_and_the_caller_may_go_on(world: World) -> None:
    paid_in(world, 500)
    made = holds.hold(
        hospital_id=world.h1.pk, account=CARD, amount_fen=400, subject_type="test", subject_id=uuid4()
    )  # fmt: skip
    movements = [Movement(CARD, 200), Movement(REVENUE, -200)]
    with transaction.atomic():
        with pytest.raises(InsufficientBalance):
            ledger.post(hospital_id=world.h1.pk, key="other", kind="paid", movements=movements)
        paid_in(world, 1)
    assert ledger.balance(hospital_id=world.h1.pk, account=CARD) == 501
    holds.consume_hold(made, key="own", to=REVENUE)
    assert balance_of(world.h1.pk, CARD) == {
        "principal_fen": 101, "bonus_fen": 0, "held_fen": 0, "free_fen": 101,
    }  # fmt: skip
    for again in (lambda: holds.release(made), lambda: holds.consume_hold(made, key="again", to=REVENUE)):
        with pytest.raises((StateConflict, InsufficientBalance)):
            again()
    checked()


def test_a_hold_is_one_for_its_subject(world: World) -> None:
    paid_in(world, 500)
    subject = {"subject_type": "test", "subject_id": uuid4()}
    first = holds.hold(hospital_id=world.h1.pk, account=CARD, amount_fen=400, **subject)
    assert holds.hold(hospital_id=world.h1.pk, account=CARD, amount_fen=400, **subject) == first
    with pytest.raises(LedgerConflict):
        holds.hold(hospital_id=world.h1.pk, account=CARD, amount_fen=300, **subject)
    holds.release(first)
    assert balance_of(world.h1.pk, CARD)["free_fen"] == 500


def test_a_key_does_one_thing(world: World, all_kinds: None) -> None:
    paid_in(world, 500)
    values: dict[str, Any] = {"hospital_id": world.h1.pk, "account": CARD, "to": REVENUE, "key": "k"}
    first = engine.consume(amount_fen=100, **values)
    assert engine.consume(amount_fen=100, **values) == first
    with pytest.raises(LedgerConflict), transaction.atomic():
        engine.consume(amount_fen=200, **values)
    assert balance_of(world.h1.pk, CARD)["free_fen"] == 400


def test_a_refund_gives_principal_back_and_never_bonus(world: World, all_kinds: None) -> None:
    engine.top_up(
        hospital_id=world.h1.pk, account=STORED, amount_fen=1_000, bonus_fen=200, key="r", source="r", paid_from=CASH
    )  # fmt: skip
    with pytest.raises(InsufficientBalance), transaction.atomic():
        engine.refund(hospital_id=world.h1.pk, account=STORED, amount_fen=1_001, key="too much", to=CASH)
    engine.refund(hospital_id=world.h1.pk, account=STORED, amount_fen=1_000, key="all", to=CASH)
    shown = balance_of(world.h1.pk, STORED)
    assert (shown["principal_fen"], shown["bonus_fen"]) == (0, 200)
    checked()


@pytest.mark.parametrize("amount", [0, -1])
def test_what_is_no_amount_is_refused(world: World, all_kinds: None, amount: int) -> None:
    values: dict[str, Any] = {"hospital_id": world.h1.pk, "account": STORED, "amount_fen": amount}
    for call in (
        lambda: engine.consume(**values, key="a", to=REVENUE),
        lambda: engine.top_up(**values, key="a", source="a", paid_from=CASH),
        lambda: holds.hold(**values, subject_type="a", subject_id=uuid4()),
        lambda: engine.transfer(
            hospital_id=world.h1.pk, source=STORED, target=CARD, amount_fen=amount, key="a"
        ),
    ):
        with pytest.raises(InvalidValue):
            call()
    assert not PrepaidMovement.objects.exists()


def test_a_single_lot_takes_no_bonus(world: World) -> None:
    with pytest.raises(InvalidValue), transaction.atomic():
        engine.top_up(
            hospital_id=world.h1.pk, account=CARD, amount_fen=1, bonus_fen=1, key="a", source="", paid_from=CASH
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_who_use_an_account_at_once_use_what_is_there(world: World) -> None:
    paid_in(world, 1_000)

    def job(number: int) -> bool:
        try:
            with transaction.atomic():
                engine.consume(
                    hospital_id=world.h1.pk, account=CARD, amount_fen=150, key=f"k{number}", to=REVENUE
                )  # fmt: skip
        except InsufficientBalance:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(job, range(16)))
    assert sum(done) == 6
    assert balance_of(world.h1.pk, CARD)["free_fen"] == 100
    assert PrepaidAccount.objects.count() == 1


def test_an_account_holds_no_more_than_its_kind_allows(world: World, all_kinds: None) -> None:
    configure(world, billing__card_max_balance_fen=1_000)
    values: dict[str, Any] = {"hospital_id": world.h1.pk, "account": CARD, "paid_from": CASH, "source": ""}
    engine.top_up(amount_fen=900, key="a", **values)
    with pytest.raises(BalanceLimit), transaction.atomic():
        engine.top_up(amount_fen=101, key="b", **values)
    engine.top_up(
        hospital_id=world.h1.pk, account=STORED, amount_fen=101, key="s", source="s", paid_from=CASH
    )
    with pytest.raises(BalanceLimit), transaction.atomic():
        engine.transfer(hospital_id=world.h1.pk, source=STORED, target=CARD, amount_fen=101, key="t")
    engine.transfer(hospital_id=world.h1.pk, source=STORED, target=CARD, amount_fen=100, key="t")
    assert balance_of(world.h1.pk, CARD)["free_fen"] == 1_000
    assert balance_of(world.h1.pk, STORED)["principal_fen"] == 1


@pytest.mark.parametrize(("amount", "savepoints"), [(500, 2), (-100, 4)])
def test_what_is_posted_to_a_single_lot_costs_one_statement_more_and_a_savepoint_where_it_goes_out(
    world: World, amount: int, savepoints: int
) -> None:
    paid_in(world, 500)
    with CaptureQueriesContext(connection) as queries:
        paid_in(world, amount)
    found = [query for query in queries if "SAVEPOINT" in query["sql"]]
    assert len(found) == savepoints, "the caller's, and one inside where a hold may refuse it"
    assert len(queries) == savepoints + 2


@pytest.mark.requirement("PAY-09")
def test_the_proof_of_the_ledger_names_lots_that_differ(world: World) -> None:
    paid_in(world, 500)
    assert verify_ledger().ok
    tamper("UPDATE prepaid_prepaidlot SET left_fen = 499")
    (finding,) = verify_ledger(hospital_id=world.h1.pk).findings
    assert (finding.kind, finding.detail) == ("lots_differ", "card_balance card: lots 499, balance 500")
    assert verify_ledger(hospital_id=world.h2.pk).ok
    tamper("UPDATE prepaid_prepaidlot SET left_fen = 500")
