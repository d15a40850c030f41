from kernel.pages import action, bulk, columns, groups

columns(
    "cashier_shifts_list",
    "shift_no", "clerk_name", "drawer_name", "state", "opened_at", "counted_fen", "difference_fen",
    "receiver_name", "takings_fen",
)  # fmt: skip
columns(
    "bank_deposits_list", "deposit_no", "state", "amount_fen", "bank_account", "bag_no", "slip_no", "made_by_name",
    "made_at", "decided_by_name",
)  # fmt: skip
columns(
    "daily_closes_list", "business_date", "state", "number", "closed_by_name", "closed_at", "is_reopening",
    "reopened_by_name", "reopen_reason",
)  # fmt: skip
columns(
    "monthly_closes_list", "month", "state", "number", "closed_by_name", "closed_at", "is_reopening",
    "reopened_by_name", "reopen_reason",
)  # fmt: skip
action(
    "daily_closes_create",
    confirm=("日结后当日不能再入账,确定?", "The day takes no more entries then. Close it?"),
)
action("monthly_closes_create", confirm=("确定月结?", "Close the month?"))
for _name in ("daily_closes_reopen", "monthly_closes_reopen"):
    action(
        _name, danger=True, confirm=("须另一人批准后才重新打开,确定申请?", "Another person has to agree. Ask?"),
        is_newest=[True], is_reopening=[False],
    )  # fmt: skip
action("cashier_shifts_paid_in", state=["open"], may_work=[True])
for _name in ("cashier_shifts_paid_out", "cashier_shifts_safe_drop"):
    action(
        _name,
        confirm=(
            "请先确认钱箱内现金足够;付出多于账面的,由主管核实",
            "See that the drawer holds enough: a supervisor looks into whatever is more than it should hold.",
        ),
        state=["open"], may_work=[True],
    )  # fmt: skip
action(
    "cashier_shifts_start_count",
    confirm=("清点开始后不能再收付现金,确定?", "No cash is handled once counting has begun. Begin?"),
    state=["open"], may_close=[True],
)  # fmt: skip
action("cashier_shifts_enter_count", state=["counting"], counted_at=[None], may_close=[True])
action("cashier_shifts_explain", state=["counting"], is_explained=[False], may_close=[True])
action(
    "cashier_shifts_countersign",
    confirm=("确认差额及原因无误?", "Are the difference and its reason right?"),
    shows=(
        "counted_fen", "expected_fen", "difference_fen", "difference_reason", "first_difference_fen", "count_no",
        "safe_drop_fen", "paid_out_fen",
    ),
    state=["counting"], may_countersign=[True],
)  # fmt: skip
action("cashier_shifts_recount", danger=True, state=["counting"], may_recount=[True])
action("cashier_shifts_hand_over", state=["counting"], is_ready=[True], may_close=[True])
action(
    "cashier_shifts_withdraw",
    danger=True,
    confirm=("撤回后须重新交班,确定撤回?", "The shift has to be handed over again. Take it back?"),
    state=["handed_over"],
    may_close=[True],
)
action(
    "cashier_shifts_accept",
    confirm=("确认已收到清点金额?", "Have you received what was counted?"),
    shows=("counted_fen", "float_fen", "safe_drop_fen", "paid_out_fen", "takings_fen"),
    state=["handed_over"], may_receive=[True],
)  # fmt: skip
action("cashier_shifts_reject", danger=True, state=["handed_over"], may_receive=[True])
bulk("cashier_shifts_list", "bank_deposits_create", ids="shift_ids", state=["accepted"], deposit_id=[None])
action("bank_deposits_confirm", state=["made"])
action("bank_deposits_reject", danger=True, state=["made"])
groups(
    "CashierShift", "WholeCashierShift",
    shift=("班次", "Shift", "shift_no state clerk_id drawer_id hospital_id"),
    money=(
        "金额", "Money",
        (
            "float_fen float_cash expected_fen counted_fen counted_cash difference_fen difference_reason "
            "first_difference_fen tenders count_no safe_drop_fen paid_out_fen takings_fen"
        ),
    ),
    people=(
        "复核与交接", "Countersign and hand-over",
        (
            "closed_by_id difference_posted is_explained needs_countersign countersigned_by_id countersigned_at "
            "receiver_id reject_reason deposit_id may_work may_close is_ready may_countersign may_recount may_receive"
        ),
    ),
    times=("时间", "Times", "opened_at closed_at counted_at handed_over_at accepted_at by_day"),
)  # fmt: skip
groups(
    "DailyClose", "WholeDailyClose",
    close=("日结", "Close", "business_date state number is_newest closed_by_id closed_at hospital_id"),
    totals=("汇总", "Totals", "totals sha256 is_intact"),
    reopening=(
        "重新打开", "Reopening", "is_reopening approval_id reopen_reason reopened_by_id reopened_at",
    ),
)  # fmt: skip
groups(
    "MonthlyClose", "WholeMonthlyClose",
    close=("月结", "Close", "month state number is_newest closed_by_id closed_at hospital_id"),
    totals=("汇总", "Totals", "totals sha256 is_intact"),
    reopening=(
        "重新打开", "Reopening", "is_reopening approval_id reopen_reason reopened_by_id reopened_at",
    ),
)  # fmt: skip
