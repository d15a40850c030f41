"""Kinds of work that scheduling leaves to people."""

from apps.worklist.kinds import WorkKind, define_kind

APPEAL = define_kind(
    WorkKind(
        "scheduling.suspension_appeal", "处理停约申诉", "An appeal against a suspension", 8,
        "clerk", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
