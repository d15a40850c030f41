from apps.identity.settings import Setting, define, section

section("对账", "Reconciliation", "reconcile.")

PENDING_DAYS = define(
    Setting(
        "reconcile.pending_days", 1, "单边账等待几天后成为差异",
        "Days until what only one side has becomes a difference", minimum=0, maximum=7,
    )
)  # fmt: skip
HIS_BILL = define(
    Setting(
        "reconcile.his_bill", "fetched", "HIS 账单来源", "Where the bill of HIS comes from",
        choices=("fetched", "supplied", "off"),
    )
)  # fmt: skip
FEE_TOLERANCE_FEN = define(
    Setting(
        "reconcile.fee_tolerance_fen", 1, "手续费合计每笔可差的金额",
        "What the sum of fees may differ by, for each line", minimum=0, maximum=100,
    )
)  # fmt: skip
SUPERVISOR_FEN = define(
    Setting(
        "reconcile.supervisor_fen", 10_000, "核销不超过此金额由主管审批",
        "Write-offs up to this amount are approved by a supervisor", minimum=0, maximum=10_000_000,
    )
)  # fmt: skip
HEAD_FEN = define(
    Setting(
        "reconcile.head_fen", 500_000, "核销不超过此金额由一名财务主管审批,超过须两名",
        "Write-offs up to this amount are approved by one head of finance, above by two",
        minimum=0, maximum=1_000_000_000,
    )
)  # fmt: skip
