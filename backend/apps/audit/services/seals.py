"""Seals: each proves a range of log lines and the seal before it.

A range ends below the oldest transaction that is still running, so that nothing can commit into it later. The key is
not in the database: whoever can rewrite lines there can't make the seals that would cover it up.
"""

import datetime as dt
import hashlib
import hmac

import orjson
import structlog
from django.conf import settings
from django.db import connection, transaction

from apps.audit.models import AuditSeal
from apps.audit.services.lines import Digest, lines

log = structlog.get_logger(__name__)

FIRST_TXID = -(2**63)
_LOCK = 7_205_759_403_792_801


class TransactionsWentBack(Exception):
    """The database was restored without its transaction counter: seals of the old one can't be continued."""


def seal() -> AuditSeal | None:
    """Seal everything that has settled since the last seal; None if there is nothing or another process is at it."""
    with transaction.atomic():
        made = _seal()
    if made is not None:
        with connection.cursor() as cursor:  # after the commit: a sequence never rolls back
            cursor.execute("SELECT setval('audit_auditseal_made', %s)", [made.number])
        log.info("audit_sealed", number=made.number, rows=made.rows, mac=bytes(made.mac).hex())
    return made


def _seal() -> AuditSeal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
    last = AuditSeal.objects.order_by("-number").first()
    from_txid = last.to_txid if last else FIRST_TXID
    horizon, to_txid, made_at = _settled(from_txid)
    digest = Digest()
    for key, _, line in lines(from_txid, to_txid):
        digest.add(key, line)
    if not digest.rows:
        return None
    new = AuditSeal(
        number=max(last.number if last else 0, last_number()) + 1, from_txid=from_txid, to_txid=to_txid,
        rows=digest.rows, horizon=horizon, made_at=made_at, digest=digest.value(), leaves=digest.kept_leaves(),
        previous=bytes(last.mac) if last else b"",
    )  # fmt: skip
    new.mac = mac_of(new)
    new.save(force_insert=True)
    return new


_HORIZON = """
SELECT least(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity
  WHERE backend_xid IS NOT NULL AND datname = current_database()))
"""
_SETTLED = """
WITH current AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot)
SELECT pg_snapshot_xmax(snapshot)::text::bigint, clock_timestamp(), (
    SELECT min(running::text::bigint) FROM pg_snapshot_xip(snapshot) AS running WHERE NOT EXISTS (
      SELECT FROM pg_stat_activity WHERE datname <> current_database()
        AND backend_xid::text::bigint = running::text::bigint % 4294967296))
FROM current
"""


def _settled(from_txid: int) -> tuple[dt.datetime, int, dt.datetime]:
    """Horizon, first transaction that may still commit here, now. The horizon is read first: see `AuditSeal.horizon`.

    Transactions of other databases of the server are passed over where they are known to be theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        horizon = cursor.fetchone()[0]
        cursor.execute(_SETTLED)
        to_txid, made_at, running = cursor.fetchone()
    if to_txid < from_txid:
        raise TransactionsWentBack(f"transaction {to_txid} after a seal up to {from_txid}")
    return horizon, to_txid if running is None else min(running, to_txid), made_at


def last_number() -> int:
    """Number of the last seal ever made, as counted beside the table; 0 if none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_auditseal_made")
        return int(cursor.fetchone()[0])


def mac_of(item: AuditSeal) -> bytes:
    """The mac that the seal must carry."""
    leaves = hashlib.sha256(bytes(item.leaves)).hexdigest()
    moments = [moment.astimezone(dt.UTC).isoformat() for moment in (item.horizon, item.made_at)]
    numbers = [item.number, item.from_txid, item.to_txid, item.rows]
    text = orjson.dumps([*numbers, *moments, bytes(item.digest).hex(), leaves, bytes(item.previous).hex()])
    return hmac.new(settings.AUDIT_KEY, text, hashlib.sha256).digest()
