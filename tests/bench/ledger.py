"""Tasks of the ledger, run by tests.bench.inside."""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection, connections, transaction

from apps.identity.models import Group, Hospital
from apps.payments.models import LedgerAccount
from apps.payments.selectors.ledger import account_statement, trial_balance
from apps.payments.services.ledger import Account, AccountKind, Movement, post
from apps.payments.services.verify_ledger import verify_ledger
from apps.prepaid.models import PrepaidLot

CASH, REVENUE = Account(AccountKind.CLEARING, "cash"), Account(AccountKind.REVENUE)
CARDS = 1000  # that posts are spread over

#: Four transactions in turn: paid, posted to a card, spent from it, paid and posted to revenue at once.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO payments_ledgeraccount (id, hospital_id, kind, owner, created_at)
      SELECT gen_random_uuid(), '{hospital}'::uuid, kind, owner, now() FROM (
        VALUES ('clearing', 'wechat_pay'), ('unposted_receipts', ''), ('revenue', '')) AS system (kind, owner)
      UNION ALL SELECT gen_random_uuid(), '{hospital}'::uuid, 'card_balance', 'card-' || n, now()
        FROM generate_series(0, {cards} - 1) AS n;
    CREATE TEMP TABLE moved AS SELECT n, overlay(overlay(overlay(gen_random_uuid()::text
        PLACING lpad(to_hex((1760000000000 + n * 50) >> 16), 8, '0') FROM 1)
        PLACING lpad(to_hex((1760000000000 + n * 50) & 65535), 4, '0') FROM 10) PLACING '7' FROM 15)::uuid AS id
      FROM generate_series(0::bigint, {transactions} - 1) AS n;
    INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, order_id, note, created_at, posted_on)
      SELECT id, '{hospital}'::uuid, 'bench:' || id, (ARRAY['paid', 'posted', 'spent', 'posted'])[n % 4 + 1],
             gen_random_uuid(), '', at, at::date
        FROM moved, LATERAL (SELECT now() - interval '1 year' + n * interval '5 seconds') AS moment (at) ORDER BY n;
    CREATE TEMP TABLE card AS SELECT id, substr(owner, 6)::bigint AS number FROM payments_ledgeraccount
      WHERE kind = 'card_balance';
    INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen)
      SELECT moved.id,
             CASE WHEN debit THEN CASE n % 4 WHEN 1 THEN unposted.id WHEN 2 THEN card.id ELSE clearing.id END
                  ELSE CASE n % 4 WHEN 0 THEN unposted.id WHEN 1 THEN card.id ELSE revenue.id END END,
             '{hospital}'::uuid, (CASE n % 4 WHEN 2 THEN 900 ELSE 1000 END) * CASE WHEN debit THEN 1 ELSE -1 END
        FROM moved JOIN card ON card.number = n / 4 % {cards}
        CROSS JOIN (VALUES (true), (false)) AS side (debit)
        CROSS JOIN (SELECT id FROM payments_ledgeraccount WHERE kind = 'clearing') AS clearing
        CROSS JOIN (SELECT id FROM payments_ledgeraccount WHERE kind = 'unposted_receipts') AS unposted
        CROSS JOIN (SELECT id FROM payments_ledgeraccount WHERE kind = 'revenue') AS revenue
        ORDER BY n, debit DESC;
    INSERT INTO payments_ledgerbalance (account_id, stripe, is_prepaid, balance_fen)
      SELECT a.id, stripe, a.kind = 'card_balance', CASE stripe WHEN 0 THEN coalesce(e.total, 0) ELSE 0 END
        FROM payments_ledgeraccount AS a LEFT JOIN (
          SELECT account_id, sum(amount_fen) AS total FROM payments_ledgerentry GROUP BY account_id) AS e
          ON e.account_id = a.id
        CROSS JOIN generate_series(0, 15) AS stripe WHERE stripe = 0 OR a.kind <> 'card_balance';
    INSERT INTO prepaid_prepaidaccount (id, hospital_id, kind, owner, created_at, updated_at)
      SELECT id, hospital_id, kind, owner, now(), now() FROM payments_ledgeraccount WHERE kind = 'card_balance';
    INSERT INTO prepaid_prepaidlot (id, account_id, part, source, left_fen, held_fen, created_at, updated_at)
      SELECT gen_random_uuid(), account_id, 'principal', '', -balance_fen, 0, now(), now()
        FROM payments_ledgerbalance WHERE is_prepaid;
    INSERT INTO prepaid_prepaidmovement
        (id, account_id, kind, amount_fen, key, transaction_id, note, created_at, updated_at)
      SELECT moved.id, card.id, CASE n % 4 WHEN 1 THEN 'top_up' ELSE 'consume' END,
             CASE n % 4 WHEN 1 THEN 1000 ELSE -900 END, 'bench:' || moved.id, moved.id, '', now(), now()
        FROM moved JOIN card ON card.number = n / 4 % {cards} WHERE n % 4 IN (1, 2) ORDER BY n;
    INSERT INTO prepaid_prepaidmovementpart (movement_id, lot_id, left_change_fen, held_change_fen)
      SELECT movement.id, lot.id, movement.amount_fen, 0 FROM prepaid_prepaidmovement AS movement
        JOIN prepaid_prepaidlot AS lot ON lot.account_id = movement.account_id;
    DROP TABLE moved, card;
    SET session_replication_role = origin;
"""
#: The rows that a posting to a card writes, with nothing that guards them and no balances.
BARE = """
    WITH made AS (
      INSERT INTO payments_ledgertransaction (id, hospital_id, key, kind, note, created_at, posted_on)
        VALUES (uuid7(), %(hospital)s, %(key)s, 'bare', '', now(), current_date) RETURNING id
    ), entered AS (
      INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen)
        SELECT made.id, account, %(hospital)s, amount
          FROM made, (VALUES (%(card)s::uuid, 1), (%(revenue)s::uuid, -1)) AS moved (account, amount)
    ), moved AS (
      INSERT INTO prepaid_prepaidmovement
          (id, account_id, kind, amount_fen, key, transaction_id, note, created_at, updated_at)
        SELECT uuid7(), %(account)s, 'consume', -1, %(key)s, made.id, '', now(), now() FROM made RETURNING id
    )
    INSERT INTO prepaid_prepaidmovementpart (movement_id, lot_id, left_change_fen, held_change_fen)
      SELECT moved.id, %(lot)s, -1, 0 FROM moved
"""


def fill_ledger(entries: str) -> dict[str, float]:
    """Seconds to write so many entries of one hospital, without triggers; a card for every 20 of them."""
    hospital = Hospital.objects.create(group=Group.objects.create(name="bench"), code="YH01", name="bench")
    begin = time.monotonic()
    number = int(entries) // 2
    text = FILL.format(hospital=hospital.pk, transactions=number, cards=max(1, number // 10))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(text)
        cursor.execute("VACUUM ANALYZE")
    return {"seconds": time.monotonic() - begin}


def prove_ledger() -> dict[str, Any]:
    """Seconds of a bare sum of all entries (with and without parallel workers) and of the proof; megabytes it added."""
    bare = {f"bare_{workers}": _median(lambda workers=workers: _sum(workers), 3) for workers in (0, 2)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reports = {f"jobs_{jobs}": verify_ledger(jobs=jobs) for jobs in (1, 2)}
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        **bare, **{name: report.seconds for name, report in reports.items()}, "megabytes": added,
        "entries": reports["jobs_1"].entries, "sound": all(report.ok for report in reports.values()),
    }  # fmt: skip


def read_ledger() -> dict[str, float]:
    """Milliseconds of a page of the busiest account's statement, near and far, and of the trial balance (medians)."""
    account = LedgerAccount.objects.get(kind=AccountKind.CLEARING, owner="wechat_pay")
    statement = account_statement(account)
    return {
        "first page": _median(lambda: list(statement[:20]), 9) * 1000,
        "page 500": _median(lambda: list(statement[9980:10000]), 5) * 1000,
        "trial balance": _median(lambda: trial_balance(LedgerAccount.objects.all()), 3) * 1000,
    }


def post_rates(count: str) -> dict[str, Any]:
    """Postings per second on one card and over many, from 1 and 4 connections, beside the bare writing of the rows."""
    hospital = Hospital.objects.get(code="YH01").pk
    for number in range(CARDS):
        _post(hospital, CASH, _card(number), 1_000_000)

    def rates(**runs: Any) -> dict[str, float]:
        return {
            f"{name}_{clients}": _rate(run, clients, int(count))
            for clients in (1, 4)
            for name, run in runs.items()
        }

    ours = rates(hot=_hot, spread=_spread)
    sound = verify_ledger().ok  # before the bare rows, which are nothing of the kind
    return ours | rates(bare=_bare) | {"sound": sound}


def _card(number: int) -> Account:
    return Account(AccountKind.CARD_BALANCE, f"bench-{number}")


def _post(hospital: Any, debit: Account, credit: Account, fen: int) -> None:
    with transaction.atomic():
        movements = [Movement(debit, fen), Movement(credit, -fen)]
        post(hospital_id=hospital, key=uuid4().hex, kind="posted", movements=movements)


def _hot(hospital: Any, count: int, client: int) -> None:
    for _ in range(count):
        _post(hospital, _card(0), REVENUE, 1)


def _spread(hospital: Any, count: int, client: int) -> None:
    for number in range(count):
        _post(hospital, _card((client * 250 + number) % CARDS), REVENUE, 1)


def _bare(hospital: Any, count: int, client: int) -> None:
    accounts = LedgerAccount.objects.filter(hospital_id=hospital)
    owner = f"bench-{CARDS - 1}"
    lot = PrepaidLot.objects.get(account__hospital_id=hospital, account__owner=owner)
    values = {
        "hospital": hospital, "card": accounts.get(kind="card_balance", owner=owner).pk,
        "revenue": accounts.get(kind="revenue").pk, "account": lot.account_id, "lot": lot.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for _ in range(count):
            cursor.execute(BARE, values | {"key": uuid4().hex})
        cursor.execute("SET session_replication_role = origin")


def _rate(run: Callable[[Any, int, int], None], clients: int, count: int) -> float:
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        spans = pool.starmap(_timed, [(run, count // clients, client) for client in range(clients)])
    return count // clients * clients / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def _timed(run: Callable[[Any, int, int], None], count: int, client: int) -> tuple[float, float]:
    hospital = Hospital.objects.get(code="YH01").pk
    run(hospital, min(count, 20), client)  # connected, and statements prepared
    begin = time.monotonic()
    run(hospital, count, client)
    return begin, time.monotonic()


def _sum(workers: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET max_parallel_workers_per_gather = {workers}")
        cursor.execute("SELECT sum(amount_fen) FROM payments_ledgerentry")
        cursor.execute("RESET max_parallel_workers_per_gather")


def _median(run: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        begin = time.monotonic()
        run()
        taken.append(time.monotonic() - begin)
    return statistics.median(taken)
