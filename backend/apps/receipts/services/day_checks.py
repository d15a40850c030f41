"""日汇总核对: a day of an account, here and at the platform."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum

from apps.receipts import errors
from apps.receipts.models import EReceipt, ReceiptAccount, ReceiptDayCheck
from apps.receipts.ports import DayTotals, PlatformRefused, PlatformUnclear
from apps.receipts.services.accounts import platform_of
from apps.receipts.states import DayCheckState
from apps.receipts.work import DAY_DIFFERS
from apps.worklist.services.items import close_item, open_item
from kernel import clock
from kernel.errors import InvalidValue
from kernel.locks import lock_one

MAX_NAMED = 100
MAX_DAYS = 366
SUBJECT = "receipts.receiptdaycheck"


def check_day(account: ReceiptAccount, day: dt.date) -> ReceiptDayCheck:
    """Compare that day, its sums and every receipt: what is missing on both sides may add up to the same. The check
    that there is of the day says how it stands from now on. Outside transactions.

    InvalidValue for a day that isn't over. A difference is somebody's work until the day matches.
    """
    if not dt.timedelta(days=1) <= clock.today() - day <= dt.timedelta(days=MAX_DAYS):
        raise InvalidValue(field="business_date", expected=errors.NOT_TODAY)
    ours = _totals(account, day)
    try:
        platform = platform_of(account)
        theirs = platform.day_totals(day)
        named = _differing(account, day, dict(platform.numbers_of(day)))
    except (PlatformUnclear, PlatformRefused) as failure:
        return _record(account, day, ours, None, {"error": str(failure)[:200]})
    return _record(account, day, ours, theirs, {"error": "", **named})


def _issued(account: ReceiptAccount, day: dt.date) -> QuerySet[EReceipt]:
    """What has a number and a moment of that day, whatever became of it."""
    begin, end = _bounds(day)
    rows = EReceipt.objects.filter(account=account, business_at__gte=begin, business_at__lt=end)
    return rows.exclude(e_number="")


def _bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return clock.local(day, dt.time()), clock.local(day + dt.timedelta(days=1), dt.time())


def _totals(account: ReceiptAccount, day: dt.date) -> DayTotals:
    begin, end = _bounds(day)
    back = EReceipt.objects.filter(account=account, reversed_at__gte=begin, reversed_at__lt=end)
    issued, reversed_ = (
        rows.aggregate(count=Count("pk"), fen=Sum("amount_fen")) for rows in (_issued(account, day), back)
    )
    return DayTotals(issued["count"], issued["fen"] or 0, reversed_["count"], reversed_["fen"] or 0)


def _differing(account: ReceiptAccount, day: dt.date, theirs: dict[str, int]) -> dict[str, list[str]]:
    ours: dict[str, int] = dict(_issued(account, day).values_list("receipt_no", "amount_fen"))
    both = ours.keys() & theirs.keys()
    return {
        "missing_there": sorted(ours.keys() - theirs.keys())[:MAX_NAMED],
        "missing_here": sorted(theirs.keys() - ours.keys())[:MAX_NAMED],
        "amount_differs": sorted(number for number in both if ours[number] != theirs[number])[:MAX_NAMED],
    }


@transaction.atomic
def _record(
    account: ReceiptAccount, day: dt.date, ours: DayTotals, theirs: DayTotals | None, more: dict[str, Any]
) -> ReceiptDayCheck:
    state = DayCheckState.UNANSWERED
    if theirs is not None:
        named = more["missing_there"] + more["missing_here"] + more["amount_differs"]
        state = DayCheckState.DIFFERS if named or theirs != ours else DayCheckState.MATCHED
    values = {"state": state.value, "checked_at": clock.now(), "hospital_id": account.hospital_id, **more}
    for name in ("issued_count", "issued_fen", "reversed_count", "reversed_fen"):
        values[name] = getattr(ours, name)
        values |= {f"their_{name}": getattr(theirs, name)} if theirs else {}
    made, is_new = ReceiptDayCheck.objects.get_or_create(account=account, business_date=day, defaults=values)
    check = lock_one(ReceiptDayCheck.objects.select_related("hospital"), pk=made.pk)
    if not is_new:
        rows = ReceiptDayCheck.objects.filter(pk=check.pk)
        rows.update(**values, version=F("version") + 1, updated_at=clock.now())
        check.refresh_from_db()
    _tell(check)
    return check


def _tell(check: ReceiptDayCheck) -> None:
    if check.state == DayCheckState.DIFFERS:
        open_item(
            DAY_DIFFERS, hospital=check.hospital, subject_type=SUBJECT, subject_id=check.pk,
            title=f"{check.business_date:%Y-%m-%d} 电子票据与平台汇总不符",
        )  # fmt: skip
    elif check.state == DayCheckState.MATCHED:
        close_item(DAY_DIFFERS, subject_id=check.pk, outcome="已一致")


def unchecked(day: dt.date) -> list[UUID]:
    """Accounts in use, or that issued something that day, of which the platform has not said how it stands."""
    said = ReceiptDayCheck.objects.filter(business_date=day).exclude(state=DayCheckState.UNANSWERED)
    begin, end = _bounds(day)
    used = EReceipt.objects.filter(business_at__gte=begin, business_at__lt=end).values("account_id")
    rows = ReceiptAccount.objects.filter(is_active=True) | ReceiptAccount.objects.filter(pk__in=used)
    return list(rows.exclude(pk__in=said.values("account_id")).values_list("pk", flat=True).distinct())
