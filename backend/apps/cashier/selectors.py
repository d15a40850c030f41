"""What the entries of a shift add up to, and how a business day stands."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from apps.cashier.models import CashierShift, EntryKind, ShiftEntry
from apps.cashier.models.entry import SIGN
from apps.identity.models import Hospital
from apps.payments.day_blockers import open_items
from apps.payments.selectors.closes import closed_through
from apps.payments.services.day_totals import day_totals
from kernel import clock


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of a shift on one calendar day of the hospital, in fen by kind. `net_fen`: in minus out."""

    date: dt.date
    cash_in_fen: int
    cash_refund_fen: int
    paid_in_fen: int
    paid_out_fen: int
    safe_drop_fen: int
    net_fen: int


def names_of_shifts(ids: Collection[UUID]) -> dict[UUID, str]:
    """By which people know them: the number, and whose it is."""
    rows = CashierShift.objects.filter(pk__in=ids).values_list("pk", "shift_no", "clerk__name")
    return {pk: f"{number} {clerk}" for pk, number, clerk in rows}


def expected_fen(shift: CashierShift) -> int:
    """float + cash in − cash refunds + paid in − paid out − safe drops."""
    return shift.float_fen + _net(_entries(shift).aggregate(**_SUMS))


def was_overdrawn(shift: CashierShift) -> bool:
    """Whether more had left the drawer at some moment than was in it, whatever came later."""
    moved = _entries(shift).order_by("id").values_list("kind", "amount_fen")
    return min(accumulate((SIGN[EntryKind(k)] * fen for k, fen in moved), initial=shift.float_fen)) < 0


def said_by_clerk(shift: CashierShift) -> dict[str, int]:
    """What left the drawer on one person's word: put into the safe, and paid out."""
    sums = _entries(shift).aggregate(**_SUMS)
    return {name: int(sums[name] or 0) for name in ("safe_drop_fen", "paid_out_fen")}


def by_day(shift: CashierShift) -> list[Day]:
    """The sums of each calendar day, the first day first."""
    days = _entries(shift).annotate(date=TruncDate("at", tzinfo=clock.LOCAL)).values("date")
    rows: Iterable[Mapping[str, Any]] = days.annotate(**_SUMS).order_by("date")
    return [
        Day(date=row["date"], net_fen=_net(row), **{name: int(row[name] or 0) for name in _SUMS})
        for row in rows
    ]


def current_of(staff_id: Any) -> CashierShift | None:
    """The clerk's shift that is not handed over yet."""
    rows = CashierShift.objects.select_related(
        "hospital", "clerk", "drawer", "receiver", "countersigned_by", "closed_by"
    )
    return rows.filter(clerk_id=staff_id, handed_over_at=None).first()


def _entries(shift: CashierShift) -> QuerySet[ShiftEntry]:
    return ShiftEntry.objects.filter(shift=shift)


_SUMS = {f"{kind.value}_fen": Sum("amount_fen", filter=Q(kind=kind.value)) for kind in EntryKind}


def _net(sums: Mapping[str, Any]) -> int:
    return sum(SIGN[kind] * int(sums[f"{kind.value}_fen"] or 0) for kind in EntryKind)


def business_day(hospital: Hospital, day: dt.date) -> dict[str, Any]:
    """What keeps that day open, whether it is closed, and its sums as frozen or so far."""
    newest = closed_through(hospital.pk)
    is_closed = newest is not None and day <= newest
    return {
        "hospital_id": hospital.pk, "hospital_name": hospital.name,
        "business_date": day, "is_closed": is_closed, "is_over": day < clock.today(),
        "next_date": newest + dt.timedelta(days=1) if newest else None,
        "open_items": [] if is_closed or day > clock.today() else open_items(hospital.pk, day),
        "totals": day_totals(hospital.pk, day),
    }  # fmt: skip
