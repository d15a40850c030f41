"""Kinds of work that inpatients leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

#: Due three working days after the discharge, whatever hours a hospital works (PAY-15).
SETTLEMENT = define_kind(
    WorkKind(
        "inpatient.settlement", "出院结算", "A discharge to be settled", 24,
        "clerk", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
REOPENING = define_kind(
    WorkKind(
        "inpatient.settlement_reopening", "审批撤销出院结算", "Approve that a settlement is reopened", 4,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
