"""Kinds of work that reconciliation leaves to people."""

from apps.worklist.kinds import WorkKind, define_kind

DIFFERENCE = define_kind(
    WorkKind(
        "reconciliation.difference", "处理对账差异", "A difference of reconciliation", 8,
        "finance", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
SETTLEMENT = define_kind(
    WorkKind(
        "reconciliation.settlement", "审批对账差异的处理", "Approve how a difference is settled", 8,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
BILL_MISSING = define_kind(
    WorkKind(
        "reconciliation.bill_missing", "催取对账单", "A bill that does not come", 4,
        "finance", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
