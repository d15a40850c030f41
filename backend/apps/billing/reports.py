"""收入与退款: by day, week, month, channel, application, department, doctor, category or cashier; and the rows."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from apps.access.reach import report_reach
from apps.billing.models.bill import BillKind, ItemCategory
from apps.billing.services.checkout import CARD_TOP_UP, INPATIENT_DEPOSIT
from apps.identity import fragments as identity
from apps.identity.selectors import name_of_department, name_of_staff
from apps.patients import fragments as patients
from apps.payments.channels.registry import channel_words
from apps.payments.fragments import MONEY_LINES
from apps.payments.selectors.applications import name_of_application
from apps.payments.words import application_words
from kernel.reports import (
    ChartSpec,
    Choice,
    Code,
    Column,
    DayRange,
    Kind,
    Reach,
    Reference,
    Report,
    Text,
    define_report,
)
from kernel.reports.columns import Values
from kernel.sql import statement
from kernel.words import ENUMS, ValueWords

PERMISSION = "billing.report.income"
GROUPS = {
    "day": ValueWords("日期", "Day"), "week": ValueWords("周", "Week"), "month": ValueWords("月份", "Month"),
    "channel": ValueWords("支付渠道", "Channel"), "application": ValueWords("应用", "Application"),
    "department": ValueWords("科室", "Department"), "doctor": ValueWords("医生", "Doctor"),
    "category": ValueWords("费用类别", "Category"), "cashier": ValueWords("收费员", "Cashier"),
}  # fmt: skip
_LOCAL = "part.at AT TIME ZONE 'Asia/Shanghai'"
#: What a part belongs to, as text.
_KEYS = {
    "day": f"to_char({_LOCAL}, 'YYYY-MM-DD')", "week": f"to_char({_LOCAL}, 'IYYY-\"W\"IW')",
    "month": f"to_char({_LOCAL}, 'YYYY-MM')", "channel": "part.channel", "application": "part.application",
    "department": "part.department_id::text", "doctor": "part.practitioner_id::text",
    "category": "nullif(part.category, '')", "cashier": "part.cashier_id::text",
}  # fmt: skip
_NAMED = "(SELECT n.name FROM {table} AS n WHERE n.id = nullif(grouped.key, '')::uuid)"
#: How it is called, where the key is an id.
_LABELS = {
    "department": _NAMED.format(table=identity.DEPARTMENT), "doctor": _NAMED.format(table=identity.STAFF),
    "cashier": _NAMED.format(table=identity.STAFF),
}  # fmt: skip
#: The items of a bill.
_ITEMS = """
LEFT JOIN LATERAL (
  SELECT i.category, i.amount_fen AS own, sum(i.amount_fen) OVER (ORDER BY i.position) AS upto
    FROM billing_chargeitem AS i WHERE i.bill_id = b.id
) AS c ON true
"""
#: The share of an item in so much of its bill, to the fen: what comes up to it, less what comes up to the one before.
_UP_TO = (
    "(div(({fen})::numeric * c.upto, b.amount_fen) - div(({fen})::numeric * (c.upto - c.own), b.amount_fen))"
)
#: What has gone back by now, less what had before: parts of a bill come to the whole of it.
_SHARE = "coalesce({} - {}, m.amount_fen)::bigint".format(
    _UP_TO.format(fen="m.before_fen + m.amount_fen"), _UP_TO.format(fen="m.before_fen")
)
_FIXED = {
    "money_lines": MONEY_LINES, "in_advance": f"'{CARD_TOP_UP.value}', '{INPATIENT_DEPOSIT.value}'",
    "deposit": f"'{BillKind.INPATIENT_DEPOSIT.value}'",
}  # fmt: skip
_WHOLE = statement("apps.billing", "income_parts", category="''", amount="m.amount_fen", split="", **_FIXED)
_SPLIT = statement(
    "apps.billing", "income_parts", category="coalesce(c.category, '')", amount=_SHARE, split=_ITEMS, **_FIXED
)
_PARTS = {name: _SPLIT if name == "category" else _WHOLE for name in _KEYS}
_SUMS = {
    name: statement(
        "apps.billing",
        "income",
        key=key,
        label=_LABELS.get(name, "nullif(grouped.key, '')"),
        parts=_PARTS[name],
    )
    for name, key in _KEYS.items()
}
_ROWS = {
    name: statement(
        "apps.billing", "income_rows", key=key, parts=_PARTS[name], department=identity.DEPARTMENT,
        staff=identity.STAFF, patient=patients.PATIENT,
    )
    for name, key in _KEYS.items()
}  # fmt: skip
_DIRECTIONS = {"in": ValueWords("收款", "Payment"), "out": ValueWords("退款", "Refund")}


def _reach(actor: Any, hospital_id: UUID) -> Reach | None:
    return report_reach(actor, PERMISSION, hospital_id)


def _categories(values: Values | None = None) -> Mapping[str, ValueWords]:
    return ENUMS[ItemCategory]


def _of_groups(values: Values) -> Mapping[str, ValueWords]:
    """Words of the values that the rows are told apart by."""
    found: dict[str, Callable[[], Mapping[str, ValueWords]]] = {
        "channel": channel_words, "application": application_words, "category": _categories
    }  # fmt: skip
    return (
        found[values["group_by"]]() if values.get("group_by") in found else {"": ValueWords("(无)", "(none)")}
    )


_PARAMETERS = (
    DayRange(),
    Choice("group_by", "统计方式", "Group by", choices=lambda: GROUPS),
    Choice("channel", "支付渠道", "Channel", required=False, choices=channel_words),
    Code(
        "application",
        "应用",
        "Application",
        required=False,
        resource="payment_applications",
        named=name_of_application,
    ),
    Reference(
        "department_id",
        "科室",
        "Department",
        required=False,
        resource="departments",
        named=name_of_department,
    ),
    Reference("doctor_id", "医生", "Doctor", required=False, resource="staff", named=name_of_staff),
)
ROWS = define_report(
    Report(
        "billing.income_rows", "收入与退款明细", "Payments and refunds one by one", PERMISSION,
        (*_PARAMETERS, Text("key", "分组值", "Key", required=False)),
        (
            Column("at", "时间", "Time", Kind.MOMENT, 19), Column("direction", "类型", "Kind", width=6,
                                                              words=lambda values: _DIRECTIONS),
            Column("order_no", "支付单号", "Order number", width=22),
            Column("refund_no", "退费单号", "Refund number", width=22),
            Column("channel", "支付渠道", "Channel", width=10, words=lambda values: channel_words()),
            Column("application", "应用", "Application", width=10, words=lambda values: application_words()),
            Column("department", "科室", "Department", width=12), Column("doctor", "医生", "Doctor", width=10),
            Column("cashier", "收费员", "Cashier", width=10), Column("patient", "患者", "Patient", width=12),
            Column("title", "项目", "Item", width=20),
            Column("category", "费用类别", "Category", width=10, words=_categories),
            Column("amount_fen", "金额", "Amount", Kind.MONEY, 12, total=True),
        ),
        lambda values: _ROWS[values["group_by"]], _reach,
    )
)  # fmt: skip
INCOME = define_report(
    Report(
        "billing.income", "收入与退款统计", "Income and refunds", PERMISSION, _PARAMETERS,
        (
            Column("key", "键", "Key", Kind.KEY),
            Column("label", "分组", "Group", width=18, words=_of_groups, titled_by="group_by"),
            Column("payments", "收款笔数", "Payments", Kind.COUNT, 10),
            Column("income_fen", "收款金额", "Income", Kind.MONEY, 16, total=True),
            Column("refunds", "退款笔数", "Refunds", Kind.COUNT, 10),
            Column("refunded_fen", "退款金额", "Refunded", Kind.MONEY, 16, total=True),
            Column("net_fen", "净额", "Net", Kind.MONEY, 16, total=True),
        ),
        lambda values: _SUMS[values["group_by"]], _reach,
        ChartSpec("bar", "label", ("income_fen", "refunded_fen")), ROWS.code,
    )
)  # fmt: skip
