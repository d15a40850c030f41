"""Tasks of closing a day, run by tests.bench.inside."""

import datetime as dt
import statistics
import time
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from apps.identity.models import Group, Hospital, StaffMember
from apps.payments.selectors.closes import is_intact
from apps.payments.services.closing import close_day
from apps.payments.services.ledger import Account, AccountKind, Movement, post
from kernel import clock

#: Payments of one day, half of them topped up a card: each was paid and posted. As many again in the days before.
FILL = """
    SET session_replication_role = replica; SET statement_timeout = 0;
    INSERT INTO payments_ledgeraccount (id, hospital_id, kind, owner, created_at)
      SELECT gen_random_uuid(), '{hospital}'::uuid, kind, owner, now() FROM (VALUES ('clearing', 'wechat_pay'),
        ('clearing', 'cash'), ('unposted_receipts', ''), ('revenue', '')) AS system (kind, owner)
      UNION ALL SELECT gen_random_uuid(), '{hospital}'::uuid, 'card_balance', 'card-' || n, now()
        FROM generate_series(0, 999) AS n;
    INSERT INTO payments_ledgerbalance (account_id, stripe, is_prepaid, balance_fen)
      SELECT a.id, stripe, a.kind = 'card_balance', 0 FROM payments_ledgeraccount AS a
        CROSS JOIN generate_series(0, 15) AS stripe WHERE stripe = 0 OR a.kind <> 'card_balance';
    CREATE TEMP TABLE moved AS SELECT n, what, gen_random_uuid() AS id, '{day}'::date - (n / {payments})::int AS day
      FROM generate_series(0::bigint, {payments} * 2 - 1) AS n, (VALUES ('paid'), ('posted')) AS two (what);
    INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, order_id, note, created_at, posted_on)
      SELECT id, '{hospital}'::uuid, 'bench:' || id, what, gen_random_uuid(), '', day + time '12:00', day FROM moved;
    INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen)
      SELECT moved.id, a.id, '{hospital}'::uuid, side.sign * 1000 FROM moved
        CROSS JOIN (VALUES (1), (-1)) AS side (sign)
        JOIN payments_ledgeraccount AS a ON (a.kind, a.owner) = (CASE
          WHEN what = 'paid' AND sign = 1 THEN 'clearing'
          WHEN what = 'posted' AND sign = -1 THEN CASE n % 2 WHEN 0 THEN 'revenue' ELSE 'card_balance' END
          ELSE 'unposted_receipts' END, CASE
          WHEN what = 'paid' AND sign = 1 THEN CASE n % 3 WHEN 0 THEN 'cash' ELSE 'wechat_pay' END
          WHEN what = 'posted' AND sign = -1 AND n % 2 = 1 THEN 'card-' || n % 1000 ELSE '' END);
    DROP TABLE moved;
    SET session_replication_role = origin;
"""
_NEVER_CLOSED = """
    CREATE OR REPLACE FUNCTION payments_hold_day(hospital uuid, day date) RETURNS date LANGUAGE plpgsql AS $$
    BEGIN RETURN NULL; END $$
"""
DAY = dt.date(2026, 11, 23)


def fill_day(payments: str) -> dict[str, float]:
    """Seconds to write two days of so many payments each, without triggers."""
    hospital = Hospital.objects.create(group=Group.objects.create(name="bench"), code="YH01", name="bench")
    StaffMember.objects.create(hospital=hospital, name="bench", employee_no="1")
    begin = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(hospital=hospital.pk, day=DAY, payments=int(payments)))
        cursor.execute("VACUUM ANALYZE")
    return {"seconds": time.monotonic() - begin}


def close_the_day() -> dict[str, Any]:
    """Seconds of the first close, which sums up all that was before, and of a day without anything behind it."""
    hospital, staff = Hospital.objects.get(code="YH01"), StaffMember.objects.get()
    clock.set_source(lambda: clock.local(DAY + dt.timedelta(days=9), dt.time(9)))
    begin = time.monotonic()
    row = close_day(hospital=hospital, day=DAY, by=staff)
    first = time.monotonic() - begin
    begin = time.monotonic()
    close_day(hospital=hospital, day=DAY + dt.timedelta(days=1), by=staff)
    return {
        "first": first, "second": time.monotonic() - begin, "transactions": row.totals["transactions"],
        "sound": is_intact(row) and row.totals["debit_fen"] == row.totals["credit_fen"],
    }  # fmt: skip


def posting_times(count: str) -> dict[str, float]:
    """Milliseconds of a posting (median) with closed days held off by the database, and without that."""
    held = _median(int(count))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_ledgertransaction DISABLE TRIGGER open_day")
        cursor.execute(_NEVER_CLOSED)
    connection.close()
    return {"held": held, "free": _median(int(count))}


def _median(count: int) -> float:
    hospital = Hospital.objects.get(code="YH01").pk
    movements = [
        Movement(Account(AccountKind.CLEARING, "cash"), 1), Movement(Account(AccountKind.REVENUE), -1)
    ]  # fmt: skip
    times = []
    for _ in range(count):
        begin = time.monotonic()
        with transaction.atomic():
            post(hospital_id=hospital, key=uuid4().hex, kind="posted", movements=movements)
        times.append(time.monotonic() - begin)
    return statistics.median(times) * 1000
