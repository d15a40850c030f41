"""Both sides of a run in temporary tables, which go with the transaction: a kill leaves nothing behind."""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple
from uuid import UUID

from django.db import connection

from apps.payments.channels.base import BillRow, ChannelBill
from apps.payments.fragments import CHANNEL_MOVEMENTS
from apps.reconciliation.models import ReconciliationRun

_COLUMNS = "direction, key, reference, amount_fen, fee_fen, at, state, is_foreign"
_TABLES = """
DROP TABLE IF EXISTS pg_temp.theirs, pg_temp.ours;
CREATE TEMP TABLE theirs (
  line bigint GENERATED ALWAYS AS IDENTITY, direction text NOT NULL, key text NOT NULL, reference text NOT NULL,
  amount_fen bigint NOT NULL, fee_fen bigint NOT NULL, at timestamptz, state text NOT NULL, is_foreign boolean NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE ours (
  direction text NOT NULL, key text NOT NULL, reference text NOT NULL, amount_fen bigint NOT NULL,
  at timestamptz NOT NULL, state text NOT NULL, subject_id uuid NOT NULL, order_id uuid NOT NULL
) ON COMMIT DROP
"""
#: The window is the counterparty's day, which need not be ours.
_OURS = f"""
INSERT INTO ours (direction, key, reference, amount_fen, at, state, subject_id, order_id)
SELECT m.direction, m.key, m.reference, m.amount_fen, m.at, m.state, m.id, m.order_id
  FROM ({CHANNEL_MOVEMENTS}) AS m
  WHERE m.hospital_id = %(hospital)s AND m.merchant_id = %(merchant)s
    AND m.at >= %(starts_at)s AND m.at < %(ends_at)s
"""  # noqa: S608 - a fragment of ours
#: What failed on a side moved no money there, and another merchant's money is none of ours.
_UNEQUAL = """
WITH counted AS (
  SELECT coalesce(t.direction, o.direction) AS direction, coalesce(t.key, o.key) AS key,
      coalesce(t.reference, o.reference) AS reference,
      CASE WHEN t.state = 'failed' OR t.is_foreign THEN 0 ELSE t.amount_fen END AS their_fen,
      CASE WHEN o.state = 'failed' THEN 0 ELSE o.amount_fen END AS our_fen,
      t.line, t.at AS their_at, t.state AS their_state, t.fee_fen, t.is_foreign,
      o.at AS our_at, o.state AS our_state, o.subject_id, o.order_id
    FROM theirs AS t FULL JOIN ours AS o ON o.direction = t.direction AND o.key = t.key
)
SELECT direction, key, reference, coalesce(their_fen, 0), coalesce(our_fen, 0), line, their_at, their_state, fee_fen,
    coalesce(is_foreign, false), our_at, our_state, subject_id, order_id
  FROM counted
  WHERE coalesce(their_fen, 0) <> coalesce(our_fen, 0) OR is_foreign
  ORDER BY direction, key LIMIT %(limit)s
"""
#: The first copy of a line is matched; the others leave the table and are differences of their own.
_SURPLUS = """
DELETE FROM theirs AS t USING (
    SELECT direction, key, min(line) AS first FROM theirs GROUP BY direction, key HAVING count(*) > 1
  ) AS d WHERE t.direction = d.direction AND t.key = d.key AND t.line > d.first
RETURNING t.direction, t.key, t.reference, CASE WHEN t.state = 'failed' THEN 0 ELSE t.amount_fen END,
  t.line, t.at, t.state, t.fee_fen
"""
_SUMS = """
SELECT count(*), coalesce(sum(amount_fen) FILTER (WHERE direction = 'in' AND {counted}), 0)::bigint,
  coalesce(sum(amount_fen) FILTER (WHERE direction = 'out' AND {counted}), 0)::bigint FROM {table}
"""
#: What becomes of a refund in the words of the providers' bills; whatever else stands there has moved money.
_FAILED = frozenset({"FAIL", "CHANGE", "CLOSED", "REFUNDCLOSE"})


class Sums(NamedTuple):
    """Lines, and fen in and out, of a side."""

    lines: int
    in_fen: int
    out_fen: int


class Unequal(NamedTuple):
    """A number that both sides do not count the same."""

    direction: str
    key: str
    reference: str
    their_fen: int
    our_fen: int
    line: int | None
    their_at: dt.datetime | None
    their_state: str | None
    fee_fen: int | None
    is_foreign: bool
    our_at: dt.datetime | None
    our_state: str | None
    subject_id: UUID | None
    order_id: UUID | None


class Surplus(NamedTuple):
    """A line that stands in the bill once more."""

    direction: str
    key: str
    reference: str
    their_fen: int
    line: int
    their_at: dt.datetime | None
    their_state: str
    fee_fen: int


@dataclass(slots=True)
class Bill:
    """A bill that has been read to its end: its lines as PostgreSQL copies them, in a temporary file."""

    lines: IO[bytes]
    sha256: str
    stated_in_fen: int | None
    stated_out_fen: int | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None

    def close(self) -> None:
        """Let the lines go."""
        self.lines.close()


def read_bill(bill: ChannelBill) -> Bill:
    """Read a provider's bill line by line. ChannelError for a bill that is none, at whatever line."""
    digest, file = hashlib.sha256(), tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the bill
    try:
        for line in map(_line, bill.rows):
            digest.update(line)
            file.write(line)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    digest.update(f"{bill.payments_fen} {bill.refunds_fen}".encode())
    return Bill(file, digest.hexdigest(), bill.payments_fen, bill.refunds_fen, bill.starts_at, bill.ends_at)


def _line(row: BillRow) -> bytes:
    out = row.kind == "refund"
    cells = (
        "out" if out else "in",
        (row.out_refund_no if out else row.out_trade_no) or row.refund_id or row.transaction_id,
        row.refund_id if out else row.transaction_id,
        str(row.amount_fen),
        str(row.fee_fen),
        row.at.isoformat() if row.at else r"\N",
        "failed" if out and row.state in _FAILED else "processing" if row.state == "PROCESSING" else "done",
        "t" if row.foreign else "f",
    )
    return "\t".join(map(_cell, cells)).encode() + b"\n"


def _cell(text: str) -> str:
    """What COPY reads as it stands; numbers of documents have none of these characters."""
    if text == r"\N":
        return text
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def stage(run: ReconciliationRun, bill: Bill) -> None:
    """Fill both tables; inside the transaction that uses them. The run has its window already."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.copy_expert(f"COPY theirs ({_COLUMNS}) FROM STDIN", bill.lines)
        cursor.execute(
            _OURS,
            {
                "hospital": run.hospital_id, "merchant": run.merchant_id,
                "starts_at": run.starts_at, "ends_at": run.ends_at,
            },
        )  # fmt: skip
        cursor.execute("ANALYZE theirs")
        cursor.execute("ANALYZE ours")


def our_sums() -> Sums:
    """What moved money on our side."""
    return Sums(*_one(_SUMS.format(table="ours", counted="state <> 'failed'")))


def their_sums() -> Sums:
    """What moved money of this merchant on their side."""
    return Sums(*_one(_SUMS.format(table="theirs", counted="state <> 'failed' AND NOT is_foreign")))


def listed_sums() -> Sums:
    """All that stands in the bill, as its own totals count it."""
    return Sums(*_one(_SUMS.format(table="theirs", counted="true")))


def outside(run: ReconciliationRun) -> int:
    """Lines of the bill whose moment lies a day or more outside of the run's window."""
    return int(
        _one(
            "SELECT count(*) FROM theirs WHERE at < %s::timestamptz - interval '1 day'"
            " OR at >= %s::timestamptz + interval '1 day'",
            [run.starts_at, run.ends_at],
        )[0]
    )


def foreign() -> int:
    """Lines of the bill that name another merchant."""
    return int(_one("SELECT count(*) FROM theirs WHERE is_foreign")[0])


def fees() -> int:
    """What the provider charged for all of its lines, in fen."""
    return int(_one("SELECT coalesce(sum(fee_fen), 0) FROM theirs")[0])


def split_surplus() -> list[Surplus]:
    """Lines that stand in the bill more than once leave the table; the first of each stays."""
    return [Surplus(*row) for row in _rows(_SURPLUS)]


def unequal(limit: int) -> list[Unequal]:
    """Numbers that both sides do not count the same, at most `limit` of them."""
    return [Unequal(*row) for row in _rows(_UNEQUAL, {"limit": limit})]


def _one(sql: str, values: Any = None) -> tuple[Any, ...]:
    return next(_rows(sql, values))


def _rows(sql: str, values: Any = None) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield from cursor.fetchall()
