"""收费班次: what came into the drawers of clerks and left them, by shift and day, and the entries behind it."""

from typing import Any
from uuid import UUID

from apps.access.reach import own_reach
from apps.cashier.models import EntryKind
from apps.cashier.policies import VIEW_ALL
from apps.cashier.states import ShiftState
from apps.identity import fragments as identity
from apps.identity.selectors import name_of_staff
from kernel.reports import ChartSpec, Column, DayRange, Kind, Reach, Reference, Report, Text, define_report
from kernel.sql import statement
from kernel.words import ENUMS

PERMISSION = "cashier.report.shifts"
_DAYS = statement("apps.cashier", "shift_days", staff=identity.STAFF)
_ENTRIES = statement("apps.cashier", "shift_entries", staff=identity.STAFF)
_PARAMETERS = (
    DayRange(max_days=92),
    Reference("clerk_id", "收费员", "Clerk", required=False, resource="staff", named=name_of_staff),
)


def _reach(actor: Any, hospital_id: UUID) -> Reach | None:
    """One's own shifts; all of them with the code that shows them."""
    return own_reach(actor, PERMISSION, hospital_id, whole=VIEW_ALL)


ENTRIES = define_report(
    Report(
        "cashier.shift_entries", "收费班次流水", "Entries of shifts", PERMISSION,
        (*_PARAMETERS, Text("key", "班次日期", "Day of a shift", required=False)),
        (
            Column("at", "时间", "Time", Kind.MOMENT, 19), Column("shift_no", "班次号", "Shift number", width=20),
            Column("clerk", "收费员", "Clerk", width=10),
            Column("kind", "类型", "Kind", width=12, words=lambda values: ENUMS[EntryKind]),
            Column("reason", "原因", "Reason", width=24),
            Column("amount_fen", "金额", "Amount", Kind.MONEY, 12, total=True),
        ),
        lambda values: _ENTRIES, _reach,
    )
)  # fmt: skip
SHIFTS = define_report(
    Report(
        "cashier.shifts", "收费班次日报", "Shifts by day", PERMISSION, _PARAMETERS,
        (
            Column("key", "键", "Key", Kind.KEY), Column("day", "日期", "Day", Kind.DAY, 11),
            Column("shift_no", "班次号", "Shift number", width=20), Column("clerk", "收费员", "Clerk", width=10),
            Column("drawer", "钱箱", "Drawer", width=12),
            Column("state", "状态", "State", width=12, words=lambda values: ENUMS[ShiftState]),
            Column("opened_at", "开班时间", "Opened", Kind.MOMENT, 19),
            Column("cash_in_fen", "现金收入", "Cash in", Kind.MONEY, 12, total=True),
            Column("cash_refund_fen", "现金退款", "Cash refunds", Kind.MONEY, 12, total=True),
            Column("paid_in_fen", "钱箱存入", "Paid in", Kind.MONEY, 12, total=True),
            Column("paid_out_fen", "钱箱支出", "Paid out", Kind.MONEY, 12, total=True),
            Column("safe_drop_fen", "缴存保险柜", "Safe drops", Kind.MONEY, 12, total=True),
            Column("net_fen", "净额", "Net", Kind.MONEY, 12, total=True),
            Column("difference_fen", "差额", "Difference", Kind.MONEY, 12, total=True),
        ),
        lambda values: _DAYS, _reach, ChartSpec("bar", "clerk", ("cash_in_fen", "cash_refund_fen")), ENTRIES.code,
    )
)  # fmt: skip
