"""Reads of the operation log."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import QuerySet

from apps.audit.models import AuditEvent, AuditSeal
from kernel import clock
from kernel.words import ACTS, OBJECTS, title

BATCH = 1000
MAX_UNSEALED = 1000
COLUMNS = (
    "at", "hospital_id", "user_id", "actor", "ip", "request_id", "method", "path", "action", "object_type",
    "object_id", "before", "after", "id",
)  # fmt: skip

#: Columns whose values are said in words.
WORDED = {"action": ACTS, "object_type": OBJECTS}


def export_rows(queryset: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Header and lines, newest first, read in batches by key: memory and transactions stay small."""
    yield [title("AuditEvent", name) for name in COLUMNS]
    rows = queryset.order_by("-id").values_list(*COLUMNS)
    last: Any = None
    while True:
        batch = list((rows if last is None else rows.filter(id__lt=last))[:BATCH])
        yield from (list(map(_text, COLUMNS, row)) for row in batch)
        if len(batch) < BATCH:
            return
        last = batch[-1][-1]


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in WORDED and value in WORDED[name]:
        return WORDED[name][value].text
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return value.astimezone(clock.LOCAL).isoformat() if isinstance(value, dt.datetime) else str(value)


def log_state() -> dict[str, Any]:
    """The last seal and the last recorded verification."""
    seal = AuditSeal.objects.defer("leaves").order_by("-number").first()
    lines = AuditEvent.objects.filter(object_type="audit.log", object_id="", action="verify")
    check = lines.order_by("-id").first()
    outcome = (check.after or {}) if check else {}
    unsealed = AuditEvent.objects.filter(txid__gte=seal.to_txid) if seal else AuditEvent.objects.all()
    return {
        "last_seal": seal.number if seal else None,
        "last_seal_at": seal.made_at if seal else None,
        "last_seal_mac": bytes(seal.mac).hex() if seal else "",
        "unsealed": unsealed[:MAX_UNSEALED].count(),
        "verified_at": check.at if check else None,
        "verified_ok": outcome.get("ok"),
        "findings": outcome.get("findings", []),
    }
