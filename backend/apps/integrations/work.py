"""Kinds of work that connections with other programs leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

FAILING = define_kind(
    WorkKind(
        "integrations.webhook_failing", "接收地址持续失败", "A webhook endpoint that nothing reaches", 8,
        "hospital_administrator", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
DISABLED = define_kind(
    WorkKind(
        "integrations.webhook_disabled", "接收地址已自动停用", "A webhook endpoint that was switched off", 8,
        "hospital_administrator", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
