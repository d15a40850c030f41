"""Proves the whole ledger from its entries. A check is one statement, so it sees one moment, however long it takes."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.audit.services import record
from apps.payments.models.ledger import PREPAID, STRIPES

MAX_NAMED = 100
#: Sorted streams instead of tables in the server's memory: a ledger of any size needs no more than a small one.
_SETTINGS = (
    "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'; SET LOCAL enable_hashagg = off; "
    "SET LOCAL plan_cache_mode = force_custom_plan"
)
_PREPAID = ", ".join(f"'{kind.value}'" for kind in PREPAID)

#: Each answers (kind, id, detail) of what is wrong, where `{here}` compares with the hospital that was asked for. The
#: longest comes first, so that others fit beside it. Apps above add what follows the ledger.
CHECKS = {
    "balances": """
        SELECT CASE WHEN coalesce(e.total, 0) <> coalesce(b.total, 0) THEN 'balance_differs'
                    WHEN a.prepaid AND e.total > 0 THEN 'prepaid_negative'
                    WHEN a.prepaid AND e.highest > 0 THEN 'prepaid_was_negative' ELSE 'balance_rows' END, a.id,
               concat(a.kind, ' ', a.owner, ': entries ', coalesce(e.total, 0), ', balance ', coalesce(b.total, 0),
                 ' in ', coalesce(b.number, 0), ' rows, highest ', coalesce(e.highest, 0))
          FROM (SELECT *, kind IN ({prepaid}) AS prepaid FROM payments_ledgeraccount) AS a
          LEFT JOIN (
            SELECT account_id, payments_sum(amount_fen) AS total, max(running) AS highest
              FROM (SELECT account_id, amount_fen, payments_sum(amount_fen) OVER (
                      PARTITION BY account_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS running
                    FROM payments_ledgerentry) AS history
              GROUP BY account_id) AS e ON e.account_id = a.id
          LEFT JOIN (
            SELECT account_id, count(*) AS number, payments_sum(balance_fen) AS total, bool_and(is_prepaid) AS prepaid
              FROM payments_ledgerbalance GROUP BY account_id) AS b ON b.account_id = a.id
          WHERE {here:a} AND (coalesce(e.total, 0) <> coalesce(b.total, 0) OR a.prepaid AND e.highest > 0
            OR (b.number = CASE WHEN a.prepaid THEN 1 ELSE {stripes} END AND b.prepaid = a.prepaid) IS NOT TRUE)
    """,
    "transactions": """
        SELECT CASE WHEN coalesce(e.number, 0) < 2 THEN 'too_few_entries' ELSE 'unbalanced' END, t.id,
               concat(coalesce(e.number, 0), ' entries, sum ', coalesce(e.total, 0))
          FROM payments_ledgertransaction AS t LEFT JOIN (
            SELECT transaction_id, count(*) AS number, payments_sum(amount_fen) AS total
              FROM payments_ledgerentry GROUP BY transaction_id) AS e ON e.transaction_id = t.id
          WHERE (coalesce(e.number, 0) < 2 OR e.total <> 0) AND {here:t}
    """,
    "transactions of entries": """
        SELECT CASE WHEN t.id IS NULL THEN 'no_transaction' ELSE 'other_hospital' END, e.transaction_id,
               concat('entry ', e.id)
          FROM payments_ledgerentry AS e LEFT JOIN payments_ledgertransaction AS t ON t.id = e.transaction_id
          WHERE (t.hospital_id = e.hospital_id) IS NOT TRUE AND ({here:e} OR {here:t})
    """,
    "accounts of entries": """
        SELECT CASE WHEN a.id IS NULL THEN 'no_account' ELSE 'other_hospital' END, e.account_id,
               concat('entry ', e.id)
          FROM payments_ledgerentry AS e LEFT JOIN payments_ledgeraccount AS a ON a.id = e.account_id
          WHERE (a.hospital_id = e.hospital_id) IS NOT TRUE AND ({here:e} OR {here:a})
    """,
    "balances of nothing": """
        SELECT 'no_account', b.account_id, concat('balance ', b.balance_fen) FROM payments_ledgerbalance AS b
          WHERE NOT EXISTS (SELECT FROM payments_ledgeraccount AS a WHERE a.id = b.account_id)
    """,
    "hospitals": """
        SELECT 'hospital_total', a.hospital_id, concat('sum of all balances ', sum(b.balance_fen))
          FROM payments_ledgerbalance AS b JOIN payments_ledgeraccount AS a ON a.id = b.account_id
          WHERE {here:a} GROUP BY a.hospital_id HAVING sum(b.balance_fen) <> 0
    """,
    "guards": """
        SELECT 'guard_missing', NULL::uuid, guard.name FROM unnest(ARRAY[
            'payments_ledgeraccount append_only', 'payments_ledgeraccount no_truncate',
            'payments_ledgeraccount opened', 'payments_ledgerbalance follows_entries',
            'payments_ledgerbalance no_truncate', 'payments_ledgerentry append_only',
            'payments_ledgerentry no_truncate', 'payments_ledgerentry taken',
            'payments_ledgertransaction append_only', 'payments_ledgertransaction balances',
            'payments_ledgertransaction no_truncate', 'payments_ledgertransaction open_day',
            'payments_dailyclose guarded', 'payments_dailyclose in_order', 'payments_dailyclose kept']) AS guard (name)
          WHERE NOT EXISTS (SELECT FROM pg_trigger
            WHERE concat(tgrelid::regclass, ' ', tgname) = guard.name AND tgenabled IN ('O', 'A'))
    """,
}
_FIGURES = """
    SELECT (SELECT count(*) FROM payments_ledgertransaction AS t WHERE {here:t}),
           (SELECT count(*) FROM payments_ledgerentry AS e WHERE {here:e}),
           (SELECT count(*) FROM payments_ledgeraccount AS a WHERE {here:a})
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` of what is wrong with the transaction, account or hospital `id`. `check` is the one that found it."""

    check: str
    kind: str
    id: str
    detail: str


@dataclass(slots=True)
class Report:
    """`wrong` counts everything, `findings` names at most MAX_NAMED of each check."""

    transactions: int = 0
    entries: int = 0
    accounts: int = 0
    wrong: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the ledger is sound."""
        return not self.wrong


def verify_ledger(*, hospital_id: UUID | None = None, jobs: int = 1) -> Report:
    """Check every transaction and every balance, of one hospital or of all; the outcome goes to the operation log.

    Prepaid accounts are followed through their whole history. `jobs` connections work at once: more than one only
    outside a transaction, as they see what is committed.
    """
    if jobs > 1 and connection.in_atomic_block:
        raise ValueError("several connections do not see into a transaction")
    begin = time.monotonic()
    report = Report()
    with transaction.atomic():
        report.transactions, report.entries, report.accounts = _select(_FIGURES, hospital_id)[0]
    for number, findings in _run(hospital_id, jobs):
        report.wrong += number
        report.findings += findings
    report.seconds = round(time.monotonic() - begin, 2)
    record(
        action="verify", object_type="payments.ledger", object_id="", hospital_id=hospital_id, detail=asdict(report)
    )  # fmt: skip
    return report


def _run(hospital_id: UUID | None, jobs: int) -> Iterable[tuple[int, list[Finding]]]:
    if jobs == 1:
        return [_check(name, hospital_id) for name in CHECKS]
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: _apart(name, hospital_id), CHECKS))


def _apart(name: str, hospital_id: UUID | None) -> tuple[int, list[Finding]]:
    """One check over a connection of this thread."""
    try:
        return _check(name, hospital_id)
    finally:
        connection.close()


def _check(name: str, hospital_id: UUID | None) -> tuple[int, list[Finding]]:
    """How much is wrong, and its names."""
    statement = (
        f"SELECT *, count(*) OVER () FROM ({CHECKS[name]}) AS found (kind, id, detail) LIMIT {MAX_NAMED}"  # noqa: S608
    )
    with transaction.atomic():
        rows = _select(statement, hospital_id)
    findings = [Finding(name, kind, str(key or ""), detail) for kind, key, detail, _ in rows]
    return (rows[0][3] if rows else 0), findings


def _select(statement: str, hospital_id: UUID | None) -> list[Any]:
    values = {} if hospital_id is None else {"hospital": hospital_id}
    for alias in "tea":
        here = "true" if hospital_id is None else f"{alias}.hospital_id = %(hospital)s"
        statement = statement.replace(f"{{here:{alias}}}", here)
    statement = statement.replace("{prepaid}", _PREPAID).replace("{stripes}", str(STRIPES))
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())
