"""Kinds of work that payments leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

REFUND_FAILED = define_kind(
    WorkKind(
        "payments.refund_failed", "处理退费失败", "A refund that the channel refused", 4,
        "finance", "hospital_administrator", "group_administrator",
    )
)  # fmt: skip
STUCK_ORDER = define_kind(
    WorkKind(
        "payments.stuck_order", "处理已付款未入账", "A payment that was not posted", 2,
        "finance", "hospital_administrator", "group_administrator",
    )
)  # fmt: skip
