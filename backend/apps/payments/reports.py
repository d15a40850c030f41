"""预付余额 and 待清算账龄: what patients have paid ahead, and what channels still owe us, out of the ledger."""

from typing import Any
from uuid import UUID

from apps.access.reach import report_reach
from apps.payments.channels.registry import channel_words
from apps.payments.models.ledger import PREPAID, AccountKind
from kernel import clock
from kernel.reports import ChartSpec, Column, DayRange, Kind, Parameter, Reach, Report, Text, define_report
from kernel.sql import statement
from kernel.words import ENUMS

PERMISSION = "payments.report.finance"
_QUOTED = ", ".join(f"'{kind.value}'" for kind in PREPAID)
_KINDS = f"ARRAY[{_QUOTED}]"
_PREPAID = statement("apps.payments", "prepaid_sums", kinds=_KINDS)
_PREPAID_ROWS = statement("apps.payments", "prepaid_rows", kinds=_KINDS)
_BANDS = """
SELECT channel AS key, channel, max(held)::bigint AS held_fen,
    coalesce(sum(fen) FILTER (WHERE age <= 1), 0)::bigint AS to_1_fen,
    coalesce(sum(fen) FILTER (WHERE age BETWEEN 2 AND 3), 0)::bigint AS to_3_fen,
    coalesce(sum(fen) FILTER (WHERE age BETWEEN 4 AND 7), 0)::bigint AS to_7_fen,
    coalesce(sum(fen) FILTER (WHERE age > 7), 0)::bigint AS older_fen
  FROM left_over GROUP BY channel HAVING max(held) <> 0 ORDER BY channel
"""
_AGES = """
SELECT day, channel, age, fen::bigint AS amount_fen FROM left_over
  WHERE fen > 0 AND (%(key)s::text IS NULL OR channel = %(key)s::text) ORDER BY channel, day
"""
_CLEARING = statement("apps.payments", "clearing_age", shown=_BANDS)
_CLEARING_ROWS = statement("apps.payments", "clearing_age", shown=_AGES)


def _reach(actor: Any, hospital_id: UUID) -> Reach | None:
    """Of the hospital as a whole, or not at all: the ledger knows no department."""
    reach = report_reach(actor, PERMISSION, hospital_id)
    return reach if reach == Reach() else None


class _Today(Parameter):
    """The present day of the hospital; nobody gives it."""

    @property
    def names(self) -> tuple[str, ...]:
        return ()

    def bind(self, given: Any, hospital_id: UUID) -> dict[str, Any]:
        return {"today": clock.today()}


PREPAID_ROWS = define_report(
    Report(
        "payments.prepaid_rows", "预付账户流水", "Movements of prepaid accounts", PERMISSION,
        (DayRange(), Text("key", "账户类型", "Kind", required=False)),
        (
            Column("at", "时间", "Time", Kind.MOMENT, 19),
            Column("kind", "账户类型", "Kind", width=14, words=lambda values: ENUMS[AccountKind]),
            Column("owner", "账户", "Account", width=38), Column("happened", "业务", "What happened", width=18),
            Column("posting", "凭证", "Posting", width=48),
            Column("amount_fen", "金额", "Amount", Kind.MONEY, 14, total=True),
        ),
        lambda values: _PREPAID_ROWS, _reach,
    )
)  # fmt: skip
PREPAID_BALANCES = define_report(
    Report(
        "payments.prepaid", "预付账户余额", "Prepaid balances", PERMISSION, (DayRange(),),
        (
            Column("key", "键", "Key", Kind.KEY),
            Column("kind", "账户类型", "Kind", width=18, words=lambda values: ENUMS[AccountKind]),
            Column("opening_fen", "期初余额", "Opening", Kind.MONEY, 16, total=True),
            Column("in_fen", "本期增加", "In", Kind.MONEY, 16, total=True),
            Column("out_fen", "本期减少", "Out", Kind.MONEY, 16, total=True),
            Column("closing_fen", "期末余额", "Closing", Kind.MONEY, 16, total=True),
        ),
        lambda values: _PREPAID, _reach, ChartSpec("pie", "kind", ("closing_fen",)), PREPAID_ROWS.code,
    )
)  # fmt: skip
CLEARING_ROWS = define_report(
    Report(
        "payments.clearing_rows", "待清算明细", "Clearing by day", PERMISSION,
        (_Today("today", "截至", "As of"), Text("key", "支付渠道", "Channel", required=False)),
        (
            Column("day", "入账日期", "Day", Kind.DAY, 12),
            Column("channel", "支付渠道", "Channel", width=16, words=lambda values: channel_words()),
            Column("age", "天数", "Days", Kind.COUNT, 8),
            Column("amount_fen", "未清算金额", "Not settled", Kind.MONEY, 16, total=True),
        ),
        lambda values: _CLEARING_ROWS, _reach,
    )
)  # fmt: skip
CLEARING = define_report(
    Report(
        "payments.clearing", "待清算账龄", "Clearing by age", PERMISSION, (_Today("today", "截至", "As of"),),
        (
            Column("key", "键", "Key", Kind.KEY),
            Column("channel", "支付渠道", "Channel", width=16, words=lambda values: channel_words()),
            Column("held_fen", "未清算金额", "Not settled", Kind.MONEY, 16, total=True),
            Column("to_1_fen", "0–1 天", "0–1 days", Kind.MONEY, 14, total=True),
            Column("to_3_fen", "2–3 天", "2–3 days", Kind.MONEY, 14, total=True),
            Column("to_7_fen", "4–7 天", "4–7 days", Kind.MONEY, 14, total=True),
            Column("older_fen", "7 天以上", "Over 7 days", Kind.MONEY, 14, total=True),
        ),
        lambda values: _CLEARING, _reach,
        ChartSpec("bar", "channel", ("to_1_fen", "to_3_fen", "to_7_fen", "older_fen")), CLEARING_ROWS.code,
    )
)  # fmt: skip
