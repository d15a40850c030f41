from kernel.pages import action, bulk, columns, groups, moving

columns(
    "reconciliation_runs_list",
    "business_date", "counterparty", "account_name", "state", "our_in_fen", "their_in_fen", "our_out_fen",
    "their_out_fen", "fees_fen", "matched_at",
)  # fmt: skip
columns(
    "reconciliation_differences_list",
    "business_date", "counterparty", "kind", "direction", "key", "our_fen", "their_fen", "effect_fen",
    "state", "action",
)  # fmt: skip
columns(
    "reconciliation_bills_list",
    "business_date", "counterparty", "account_name", "source", "file_name", "state", "by_name", "created_at",
)  # fmt: skip
action("reconciliation_runs_carry", danger=True, state=["waiting_bill", "failed"], carried_at=[None])
action("reconciliation_bills_count", state=["taken"], counts=[False])
action("reconciliation_differences_propose", state=["open"])
action(
    "reconciliation_differences_undo",
    danger=True,
    confirm=("将以红字冲回该处理,确定撤销?", "A contra entry takes it back. Undo it?"),
    state=["done"],
)
bulk("reconciliation_differences_list", "reconciliation_differences_propose_many", state=["open"])
groups(
    "ReconciliationRun",
    run=(
        "批次", "Run",
        "business_date counterparty account_id channel merchant_id state is_fetching attempt hospital_id",
    ),
    sums=(
        "双方合计", "Both sides",
        """our_count their_count our_in_fen their_in_fen our_out_fen their_out_fen stated_in_fen stated_out_fen
        fees_fen stated_fees_fen""",
    ),
    times=("时间", "Times", "starts_at ends_at created_at matched_at"),
    trouble=("失败原因", "Trouble", "error error_detail tries content_sha256 carry_approval_id carried_at"),
)  # fmt: skip
groups(
    "SuppliedBill",
    bill=(
        "账单", "Bill",
        "business_date counterparty account_id merchant_id source by_id partner_id file_name size sha256 hospital_id",
    ),
    result=("处理结果", "Result", "state counts findings run_id approval_id checked_at created_at"),
)  # fmt: skip
groups(
    "Difference",
    what=(
        "差异", "Difference",
        "business_date counterparty channel kind direction state key reference hospital_id run_id",
    ),
    money=("金额", "Money", "our_fen their_fen effect_fen"),
    sides=("双方记录", "Both rows", "ours theirs order_id"),
    settlement=(
        "处理", "Settlement",
        "action reason_code reason proposed_by_id approval_id linked_ids carried_until outcome settled_at created_at",
    ),
)  # fmt: skip
moving("reconciliation_runs_list", is_fetching=[True])
moving("reconciliation_bills_list", state=["checking"])
moving("reconciliation_differences_list", state=["examining"])
