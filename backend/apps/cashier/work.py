"""Kinds of work that shifts leave to people."""

from apps.worklist.kinds import WorkKind, define_kind

OVERDUE = define_kind(
    WorkKind(
        "cashier.overdue_shift", "督促交班", "A shift that is open too long", 2,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
COUNTERSIGN = define_kind(
    WorkKind(
        "cashier.countersign", "复核班次差额", "Countersign the difference of a shift", 4,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
OVERDRAWN = define_kind(
    WorkKind(
        "cashier.overdrawn", "核实钱箱付出多于账面", "See why more left a drawer than was in it", 2,
        "finance_head", "hospital_administrator", "group_administrator",
    )
)  # fmt: skip
RECEIVE = define_kind(
    WorkKind(
        "cashier.receive", "接收交班现金", "Receive the cash of a shift", 2,
        "finance", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
RECOUNT = define_kind(
    WorkKind(
        "cashier.recount", "重新清点班次", "Count a shift again", 2,
        "clerk", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
BANK = define_kind(
    WorkKind(
        "cashier.bank_takings", "缴存班次现金", "Bring the takings of a shift to the bank", 4,
        "finance", "finance_head", "hospital_administrator", by_hand=False,
    )
)  # fmt: skip
REOPENING = define_kind(
    WorkKind(
        "cashier.reopening", "审批重新打开结账", "Approve that a close is reopened", 8,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
CONFIRM_DEPOSIT = define_kind(
    WorkKind(
        "cashier.confirm_deposit", "确认缴款", "Confirm a deposit at the bank", 8,
        "finance_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip
