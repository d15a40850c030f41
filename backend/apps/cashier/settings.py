from apps.identity.settings import Setting, define, section

section("收费班次", "Cashier's shifts", "cashier.")

SHIFT_REQUIRED = define(
    Setting(
        "cashier.shift_required", False, "收付现金须先开班", "Cash is taken and given back in an open shift only",
    )
)  # fmt: skip
COUNTERSIGN_FEN = define(
    Setting(
        "cashier.countersign_above_fen", 1_000, "差额超过此金额须主管复核签字",
        "Differences above this amount are countersigned by a supervisor", minimum=0, maximum=10_000_000,
    )
)  # fmt: skip
BANKING_HOURS = define(
    Setting(
        "cashier.banking_hours", 24, "接收后多少小时内须缴款,超过即提醒财务",
        "Hours after which accepted takings are to be on their way to the bank", minimum=1, maximum=720,
    )
)  # fmt: skip
SHIFT_HOURS = define(
    Setting(
        "cashier.shift_hours", 24, "班次最长小时数,超过即提醒主管",
        "Hours a shift may stay open before the supervisor is told", minimum=1, maximum=168,
    )
)  # fmt: skip
