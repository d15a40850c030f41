"""Kinds of work that registration fees leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

REFUND_DUE = define_kind(
    WorkKind(
        "workflows.registration_refund_due", "退还挂号费", "A registration fee that is due to the patient", 8,
        "clerk", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
