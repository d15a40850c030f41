"""Recomputes every seal and names what was changed, removed or added."""

import datetime as dt
import hmac
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit.models import AuditEvent, AuditSeal
from apps.audit.services.lines import LEAF, SHORT, Digest, lines
from apps.audit.services.record import record
from apps.audit.services.seals import FIRST_TXID, last_number, mac_of

#: Clocks may be set back by so much without an alarm.
TOLERANCE = dt.timedelta(minutes=1)
MAX_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. `rows` names lines where they are known (at most MAX_NAMED)."""

    kind: str
    seal: int
    from_txid: int | None = None
    to_txid: int | None = None
    rows: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """The outcome of a verification."""

    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    head: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the log is as it was written."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the log and the API."""
        return {**asdict(self), "ok": self.ok}


def verify(*, anchor: tuple[int, str] | None = None) -> Report:
    """Check the whole log against its seals; the outcome is itself recorded.

    `anchor` is number and mac (hex) of a seal noted outside the database: it proves that the chain was not made anew.
    """
    report, last = Report(), None
    for seal in _seals():
        report.findings += _check_chain(seal, last)
        report.findings += _check_lines(seal, last)
        if anchor and anchor[0] == seal.number and anchor[1] != bytes(seal.mac).hex():
            report.findings.append(Finding("anchor_differs", seal.number))
        report.seals, report.rows, last = report.seals + 1, report.rows + seal.rows, seal
    report.findings += _check_end(last, anchor)
    report.unsealed = AuditEvent.objects.filter(txid__gte=last.to_txid if last else FIRST_TXID).count()
    report.head = f"{last.number}:{bytes(last.mac).hex()}" if last else ""
    detail = report.as_dict() | {"findings": [asdict(f) for f in report.findings[:100]]}
    record(action="verify", object_type="audit.log", object_id="", detail=detail)
    return report


def _seals() -> Iterator[AuditSeal]:
    number = -1
    while batch := list(AuditSeal.objects.filter(number__gt=number).order_by("number")[:20]):
        yield from batch
        number = batch[-1].number


def _check_chain(seal: AuditSeal, last: AuditSeal | None) -> list[Finding]:
    here = (seal.number, seal.from_txid, seal.to_txid)
    found = []
    if not hmac.compare_digest(mac_of(seal), bytes(seal.mac)):
        found.append(Finding("seal_changed", *here))
    expected = last.number + 1 if last else 1
    start = last.to_txid if last else FIRST_TXID
    found += [Finding("seal_missing", n, start, seal.from_txid) for n in range(expected, seal.number)]
    if seal.number == expected and (
        bytes(seal.previous) != (bytes(last.mac) if last else b"") or seal.from_txid != start
    ):
        found.append(Finding("chain_broken", *here))
    return found


def _check_end(last: AuditSeal | None, anchor: tuple[int, str] | None) -> list[Finding]:
    known = last.number if last else 0
    made = max(last_number(), anchor[0] if anchor else 0)
    return [Finding("seal_missing", number) for number in range(known + 1, made + 1)]


def _check_lines(seal: AuditSeal, last: AuditSeal | None) -> list[Finding]:
    digest = Digest()
    backdated: list[str] = []
    with transaction.atomic():
        for key, at, line in lines(seal.from_txid, seal.to_txid):
            digest.add(key, line)
            if _implausible(key, at, last) and len(backdated) < MAX_NAMED:
                backdated.append(str(key))
    here = (seal.number, seal.from_txid, seal.to_txid)
    found = [Finding("rows_backdated", *here, tuple(backdated))] if backdated else []
    if digest.value() != bytes(seal.digest):
        found += _name(here, bytes(seal.leaves), digest.kept_leaves())
    return found


def _implausible(key: UUID, at: dt.datetime, last: AuditSeal | None) -> bool:
    """Older than anything that could still be written after the seal before, or with a key of another time."""
    made = dt.datetime.fromtimestamp((key.int >> 80) / 1000, dt.UTC)
    return abs(made - at) > TOLERANCE or (last is not None and at < last.horizon - TOLERANCE)


def _name(here: tuple[int, int, int], kept: bytes, present: bytes) -> list[Finding]:
    """Which lines differ, by the leaves; the bare range if there are too many to have leaves."""
    if not kept:
        return [Finding("rows_changed", *here)]
    before, now = _leaves(kept), _leaves(present)
    kinds = {
        "rows_missing": [key for key in before if key not in now],
        "rows_added": [key for key in now if key not in before],
        "rows_changed": [key for key in before if key in now and before[key] != now[key]],
    }
    found = [
        Finding(kind, *here, tuple(str(UUID(bytes=key)) for key in keys[:MAX_NAMED]))
        for kind, keys in kinds.items()
        if keys
    ]
    return found or [Finding("rows_changed", *here)]


def _leaves(text: bytes) -> dict[bytes, bytes]:
    return {text[i : i + 16]: text[i + 16 : i + 16 + SHORT] for i in range(0, len(text), LEAF)}
