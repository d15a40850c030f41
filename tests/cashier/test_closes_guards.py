"""What PostgreSQL refuses of closed days, whoever asks."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.payments.models import DailyClose, LedgerTransaction, MonthlyClose, PaymentAttempt, Refund
from tests.cashier.closing import TODAY, TOMORROW, YESTERDAY, closed, is_true
from tests.cashier.support import Desk

pytestmark = pytest.mark.requirement("CLN-10", "PAY-09")
_TRANSACTION = (
    "INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, note, created_at, posted_on) "
    "VALUES (%s, %s, %s, 'raw', '', now(), %s)"
)


def refused(statement: str, values: list[Any]) -> bool:
    """Whether the database says that the period is closed, or not to be changed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as error:
        assert any(word in str(error) for word in ("closed", "close", "refuse", "append", "change")), error
        return True
    return False


def test_nothing_is_posted_to_a_closed_day_or_one_before(desk: Desk) -> None:
    desk.take(5_000)
    row = closed(desk)
    for day in (TODAY, YESTERDAY):
        assert refused(_TRANSACTION, [uuid4(), desk.world.h1.pk, uuid4().hex, day])
    other = [uuid4(), desk.world.h2.pk, uuid4().hex, TODAY]
    with transaction.atomic(), connection.cursor() as cursor:  # another hospital's books are open
        cursor.execute(_TRANSACTION, other)
        transaction.set_rollback(True)
    old = LedgerTransaction.objects.filter(posted_on=TODAY).first()
    assert old is not None
    assert refused("UPDATE payments_ledgertransaction SET posted_on = %s WHERE id = %s", [TOMORROW, old.pk])
    assert refused("DELETE FROM payments_ledgertransaction WHERE id = %s", [old.pk])
    entry = (
        "INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen) SELECT %s, "
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{entry} account_id, hospital_id, amount_fen FROM payments_ledgerentry LIMIT 2", [old.pk]
        )
    assert is_true(row)


def test_payments_and_refunds_of_a_closed_day_stay(desk: Desk) -> None:
    order = desk.take(5_000)
    refund = desk.give_back(order, 1_000)
    attempt = PaymentAttempt.objects.get(order=order)
    open_day = "UPDATE payments_paymentattempt SET paid_fen = paid_fen WHERE id = %s"
    assert not refused(open_day, [attempt.pk])
    closed(desk)
    for change in (
        "amount_fen = 1",
        "paid_fen = 1",
        "paid_at = now()",
        "state = 'closed'",
        "channel = 'pos'",
    ):
        assert refused(f"UPDATE payments_paymentattempt SET {change} WHERE id = %s", [attempt.pk]), change
    for change in ("amount_fen = 1", "succeeded_at = now()", "state = 'failed'", "route = 'original'"):
        assert refused(f"UPDATE payments_refund SET {change} WHERE id = %s", [refund.pk]), change
    assert refused("DELETE FROM payments_refund WHERE id = %s", [refund.pk])
    assert refused("DELETE FROM payments_paymentattempt WHERE id = %s", [attempt.pk])
    Refund.objects.filter(pk=refund.pk).update(his_notified_at=refund.succeeded_at)  # no fact of the money
    copy = PaymentAttempt.objects.get(pk=attempt.pk)
    copy.pk, copy.out_trade_no, copy.state, copy._state.adding = uuid4(), uuid4().hex, "overpayment", True
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        copy.save(force_insert=True)


def test_a_close_is_neither_changed_nor_forgotten_nor_out_of_order(desk: Desk) -> None:
    row = closed(desk, YESTERDAY)
    for change in (
        "totals = '{}'",
        "sha256 = 'x'",
        "business_date = business_date + 1",
        "number = 9",
        "closed_at = now()",
    ):
        assert refused(f"UPDATE payments_dailyclose SET {change} WHERE id = %s", [row.pk]), change
    assert refused("DELETE FROM payments_dailyclose WHERE id = %s", [row.pk])
    newest = closed(desk, TODAY)
    assert refused("UPDATE payments_dailyclose SET state = 'reopened' WHERE id = %s", [row.pk])
    for day in (YESTERDAY, TODAY, TOMORROW.replace(day=28)):
        values = {
            "hospital": desk.world.h1,
            "closed_by": desk.world.staff["books"],
            "totals": {},
            "sha256": "x",
        }
        with pytest.raises(DatabaseError), transaction.atomic():
            DailyClose.objects.create(business_date=day, number=7, **values)
        with pytest.raises(DatabaseError), transaction.atomic():
            MonthlyClose.objects.create(month=f"{day:%Y-%m}", **values)
    DailyClose.objects.filter(pk=newest.pk).update(state="reopened")
    assert refused("UPDATE payments_dailyclose SET state = 'closed' WHERE id = %s", [newest.pk])
