"""Kinds of work that e-receipts leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

TROUBLE = define_kind(
    WorkKind(
        "receipts.trouble", "处理电子票据异常", "An e-receipt that is not issued or not reversed", 8,
        "finance", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
DAY_DIFFERS = define_kind(
    WorkKind(
        "receipts.day_differs", "核对电子票据日汇总差异", "A day whose e-receipts differ from the platform's", 8,
        "finance", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
