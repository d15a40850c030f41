"""日结 and 月结: a period that is over takes no more entries, and its sums are kept. The cashier's desk calls these."""

import datetime as dt
from calendar import monthrange
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min

from apps.identity.models import Hospital, StaffMember
from apps.payments import errors
from apps.payments.day_blockers import open_items
from apps.payments.models import DailyClose, MonthlyClose
from apps.payments.selectors.closes import C, closed_through, digest, last_made
from apps.payments.services.day_totals import totals_of
from apps.payments.services.month_proof import proof_of
from apps.payments.states import CLOSES, CloseState
from apps.worklist.models import Approval
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one

_DAY = dt.timedelta(days=1)


@transaction.atomic
def close_day(*, hospital: Hospital, day: dt.date, by: StaffMember) -> DailyClose:
    """Freeze a business day: nothing that was being posted to it is left out, nothing comes to it from then on.

    DayNotOver, DayClosed, DaysCloseInOrder, DayStillOpen, LedgerNotProven.
    """
    _take_day(hospital.pk, day)
    _check_order(hospital.pk, day)
    left = open_items(hospital.pk, day)
    if left:
        raise errors.DayStillOpen(open_items=[asdict(item) for item in left])
    totals = totals_of(hospital.pk, day)
    if totals["debit_fen"] != totals["credit_fen"]:
        raise errors.LedgerNotProven
    return _keep(DailyClose(hospital=hospital, business_date=day, closed_by=by, totals=totals))


def _take_day(hospital_id: UUID, day: dt.date) -> None:
    """Postings of that day that are under way end first; closes go one after the other. A big day takes its time."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute("SELECT payments_take_day(%s, %s)", [hospital_id, day])


def _check_order(hospital_id: UUID, day: dt.date) -> None:
    if day >= clock.today():
        raise errors.DayNotOver
    newest = closed_through(hospital_id)
    if newest is not None and day <= newest:
        raise errors.DayClosed(business_date=day.isoformat())
    if newest is not None and day != newest + _DAY:
        raise errors.DaysCloseInOrder(business_date=(newest + _DAY).isoformat())


def _keep(row: C) -> C:
    """Number, hash and save a close."""
    period = {name: getattr(row, name) for name in ("business_date", "month") if hasattr(row, name)}
    before = type(row)._default_manager.filter(hospital_id=row.hospital_id, **period)
    row.number = (before.aggregate(last=Max("number"))["last"] or 0) + 1
    row.previous = last_made(row)
    row.sha256 = digest(row)
    row.save(force_insert=True)
    return row


@transaction.atomic
def close_month(*, hospital: Hospital, month: str, by: StaffMember) -> MonthlyClose:
    """Freeze a month (YYYY-MM) whose days are closed, with the proof of its ledger.

    MonthClosed, MonthsCloseInOrder, MonthStillOpen, LedgerNotProven.
    """
    first = dt.date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    _take_day(hospital.pk, first)
    newest = _newest_month(hospital.pk)
    if newest is not None and month <= newest:
        raise errors.MonthClosed(month=month)
    if newest is not None and month != _after(newest):
        raise errors.MonthsCloseInOrder(month=_after(newest))
    first = _check_days(hospital.pk, first, last)
    totals = proof_of(hospital.pk, first, last)
    return _keep(MonthlyClose(hospital=hospital, month=month, closed_by=by, totals=totals))


def _newest_month(hospital_id: UUID) -> str | None:
    rows = MonthlyClose.objects.filter(hospital_id=hospital_id, state=CloseState.CLOSED)
    newest: str | None = rows.aggregate(newest=Max("month"))["newest"]
    return newest


def _after(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-01') + dt.timedelta(days=31):%Y-%m}"


def _check_days(hospital_id: UUID, first: dt.date, last: dt.date) -> dt.date:
    """All days of the month, from the first that the hospital has ever closed. MonthStillOpen."""
    rows = DailyClose.objects.filter(hospital_id=hospital_id, state=CloseState.CLOSED)
    begin: dt.date | None = rows.aggregate(begin=Min("business_date"))["begin"]
    newest = closed_through(hospital_id)
    if begin is None or newest is None or begin > last:
        raise errors.MonthStillOpen(business_date=first.isoformat())
    if newest < last:
        raise errors.MonthStillOpen(business_date=max(newest + _DAY, first).isoformat())
    return max(begin, first)


@transaction.atomic
def check_newest(row: DailyClose | MonthlyClose) -> None:
    """NotNewestClose, MonthClosed, StateConflict for a close that can't be reopened."""
    if row.state != CloseState.CLOSED:
        raise StateConflict(current=row.state)
    if isinstance(row, MonthlyClose):
        if row.month != _newest_month(row.hospital_id):
            raise errors.NotNewestClose
        return
    if row.business_date != closed_through(row.hospital_id):
        raise errors.NotNewestClose
    newest = _newest_month(row.hospital_id)
    if newest is not None and newest >= f"{row.business_date:%Y-%m}":
        raise errors.MonthClosed(month=newest)


@transaction.atomic
def note_reopening(row: DailyClose | MonthlyClose, *, approval: Approval, reason: str) -> None:
    """Somebody has asked for it to be reopened. StateConflict, NotNewestClose, MonthClosed: it can't be any more."""
    current: Any = lock_one(type(row)._default_manager.all(), pk=row.pk)
    check_newest(current)
    current.approval, current.reopen_reason = approval, reason
    current.version, current.updated_at = current.version + 1, clock.now()
    current.save(update_fields=["approval", "reopen_reason", "version", "updated_at"])


@transaction.atomic
def reopen(row: DailyClose | MonthlyClose, *, by: StaffMember) -> None:
    """A second person has agreed. The close stays for the record; StateConflict, NotNewestClose, MonthClosed."""
    day = row.business_date if isinstance(row, DailyClose) else dt.date.fromisoformat(f"{row.month}-01")
    _take_day(row.hospital_id, day)
    now = clock.now()
    if isinstance(row, DailyClose):
        close = lock_one(DailyClose.objects, pk=row.pk)
        check_newest(close)
        CLOSES.move(close, CloseState.REOPENED, reopened_by=by, reopened_at=now)
    else:
        month = lock_one(MonthlyClose.objects, pk=row.pk)
        check_newest(month)
        CLOSES.move(month, CloseState.REOPENED, reopened_by=by, reopened_at=now)
