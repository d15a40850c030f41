"""Both sides of a run in temporary tables, which go with the transaction: a kill leaves nothing behind."""

import datetime as dt
import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple
from uuid import UUID

from django.db import connection

from apps.payments.channels.base import UnreadableBill
from apps.reconciliation.counterparties.base import Line, Statement
from apps.reconciliation.counterparties.registry import counterparty_of
from apps.reconciliation.models import ReconciliationRun
from kernel.money import MAX_FEN

MAX_NUMBER = 64
NULL = r"\N"
_YEARS = (2000, 2100)
#: What no text of PostgreSQL holds.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_COLUMNS = "direction, key, reference, amount_fen, fee_fen, at, state, is_foreign"
_OURS = "direction, key, reference, amount_fen, at, state, subject_id, order_id"
_TABLES = """
DROP TABLE IF EXISTS pg_temp.theirs, pg_temp.ours;
CREATE TEMP TABLE theirs (
  line bigint GENERATED ALWAYS AS IDENTITY, direction text NOT NULL, key text NOT NULL, reference text NOT NULL,
  amount_fen bigint NOT NULL, fee_fen bigint NOT NULL, at timestamptz, state text NOT NULL, is_foreign boolean NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE ours (
  direction text NOT NULL, key text NOT NULL, reference text NOT NULL, amount_fen bigint NOT NULL,
  at timestamptz NOT NULL, state text NOT NULL, subject_id uuid NOT NULL, order_id uuid
) ON COMMIT DROP
"""
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
#: The first copy of a line that is ours is matched; the others leave the table and are differences of their own.
_SURPLUS = """
DELETE FROM theirs AS t USING (
    SELECT direction, key, (array_agg(line ORDER BY is_foreign, line))[1] AS kept
      FROM theirs GROUP BY direction, key HAVING count(*) > 1
  ) AS d WHERE t.direction = d.direction AND t.key = d.key AND t.line <> d.kept
RETURNING t.direction, t.key, t.reference, CASE WHEN t.state = 'failed' OR t.is_foreign THEN 0 ELSE t.amount_fen END,
  t.line, t.at, t.state, t.fee_fen
"""
_SUMS = """
SELECT count(*), coalesce(sum(amount_fen) FILTER (WHERE direction = 'in' AND {counted}), 0)::bigint,
  coalesce(sum(amount_fen) FILTER (WHERE direction = 'out' AND {counted}), 0)::bigint FROM {table}
"""


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
    stated_fees_fen: int | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    states_failed: bool
    is_of_its_window: bool = False

    def close(self) -> None:
        """Let the lines go."""
        self.lines.close()


def read_bill(found: Statement) -> Bill:
    """Read their bill line by line. ChannelError or BadBill for one that is none, at whatever line."""
    digest, file = hashlib.sha256(), tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the bill
    try:
        for number, row in enumerate(found.rows, 1):
            line = _line(row, number)
            digest.update(line)
            file.write(line)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    stated = (found.stated_in_fen, found.stated_out_fen, found.stated_fees_fen)
    digest.update(" ".join(map(str, stated)).encode())
    return Bill(
        file, digest.hexdigest(), found.stated_in_fen, found.stated_out_fen, found.stated_fees_fen, found.starts_at,
        found.ends_at, found.states_failed, found.is_of_its_window,
    )  # fmt: skip


def _line(row: Line, number: int) -> bytes:
    """As COPY reads it; UnreadableBill for what no bill can say, whoever has read it."""
    if not _makes_sense(row):
        raise UnreadableBill("bad_row", number=number, shown=f"{row.key[:64]} {row.amount_fen}")
    moment = row.at.isoformat() if row.at else NULL
    texts = (
        row.direction,
        row.key,
        row.reference,
        str(row.amount_fen),
        str(row.fee_fen),
    )
    return "\t".join([*map(_cell, texts), moment, row.state, "t" if row.foreign else "f"]).encode() + b"\n"


def _makes_sense(row: Line) -> bool:
    numbers = 0 < len(row.key) <= MAX_NUMBER and len(row.reference) <= MAX_NUMBER
    amounts = 0 <= row.amount_fen <= MAX_FEN and abs(row.fee_fen) <= MAX_FEN
    moment = row.at is None or _YEARS[0] <= row.at.year <= _YEARS[1]
    return numbers and amounts and moment and not _UNWRITABLE.search(row.key + row.reference)


def _cell(text: str) -> str:
    """What COPY reads as it stands; numbers of documents have none of these characters."""
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def stage(run: ReconciliationRun, bill: Bill) -> None:
    """Fill both tables; inside the transaction that uses them. The run has its window already."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.copy_expert(f"COPY theirs ({_COLUMNS}) FROM STDIN", bill.lines)
        statement, values = counterparty_of(run).ours(run)
        cursor.execute(f"INSERT INTO ours ({_OURS}) {statement}", values)
        cursor.execute("ANALYZE theirs")
        cursor.execute("ANALYZE ours")


def our_sums() -> Sums:
    """What moved money on our side."""
    return Sums(*_one(_SUMS.format(table="ours", counted="state <> 'failed'")))


def their_sums() -> Sums:
    """What moved money of this account on their side."""
    return Sums(*_one(_SUMS.format(table="theirs", counted="state <> 'failed' AND NOT is_foreign")))


def listed_sums(*, with_failed: bool = True) -> Sums:
    """All that stands in the bill, as its own totals count it."""
    counted = "true" if with_failed else "state <> 'failed'"
    return Sums(*_one(_SUMS.format(table="theirs", counted=counted)))


def outside(run: ReconciliationRun, *, days: int) -> int:
    """Lines of the bill whose moment lies so many days or more outside of the run's window."""
    return int(
        _one(
            "SELECT count(*) FROM theirs WHERE at < %(starts_at)s::timestamptz - make_interval(days => %(days)s)"
            " OR at >= %(ends_at)s::timestamptz + make_interval(days => %(days)s)",
            {"starts_at": run.starts_at, "ends_at": run.ends_at, "days": days},
        )[0]
    )


def foreign() -> int:
    """Lines of the bill that are somebody else's."""
    return int(_one("SELECT count(*) FROM theirs WHERE is_foreign")[0])


def is_known() -> bool:
    """Whether any line has a number of ours."""
    return bool(_one("SELECT EXISTS (SELECT FROM theirs AS t JOIN ours AS o USING (direction, key))")[0])


def fees() -> int:
    """What the provider charged for all of its lines, in fen."""
    return int(_one("SELECT coalesce(sum(fee_fen), 0) FROM theirs")[0])


def count_surplus() -> int:
    """How many lines stand in the bill once more than they should."""
    return int(
        _one(
            "SELECT coalesce(sum(n - 1), 0) FROM"
            " (SELECT count(*) AS n FROM theirs GROUP BY direction, key HAVING count(*) > 1) AS d"
        )[0]
    )


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
