"""Kinds of work that billing leaves to people."""

from apps.worklist.kinds import WorkKind, define_kind

REFUND_APPROVAL = define_kind(
    WorkKind(
        "billing.refund_approval", "审批退费申请", "A refund that waits for the doctor", 8,
        "department_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
REFUND_EXECUTION = define_kind(
    WorkKind(
        "billing.refund_execution", "执行退费", "A refund to be carried out", 8,
        "clerk", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
