from kernel.pages import SET, action, bulk, columns, groups

columns(
    "cashier_shifts_list",
    "shift_no", "clerk_name", "drawer_name", "state", "opened_at", "counted_fen", "difference_fen",
    "receiver_name", "takings_fen",
)  # fmt: skip
columns(
    "bank_deposits_list", "deposit_no", "state", "amount_fen", "bank_account", "bag_no", "slip_no", "made_by_name",
    "made_at", "decided_by_name",
)  # fmt: skip
action("cashier_shifts_paid_in", state=["open"])
action("cashier_shifts_paid_out", state=["open"])
action("cashier_shifts_safe_drop", state=["open"])
action(
    "cashier_shifts_start_count",
    confirm=("清点开始后不能再收付现金,确定?", "No cash is handled once counting has begun. Begin?"),
    state=["open"],
)
action("cashier_shifts_enter_count", state=["counting"], counted_at=[None])
action("cashier_shifts_explain", state=["counting"], counted_at=[SET], difference_posted=[False])
action(
    "cashier_shifts_countersign",
    confirm=("确认差额及原因无误?", "Are the difference and its reason right?"),
    shows=("counted_fen", "expected_fen", "difference_fen", "difference_reason"),
    state=["counting"], needs_countersign=[True], difference_posted=[True], countersigned_at=[None],
)  # fmt: skip
action("cashier_shifts_recount", danger=True, state=["counting"], counted_at=[SET])
action("cashier_shifts_hand_over", state=["counting"], counted_at=[SET])
action(
    "cashier_shifts_accept",
    confirm=("确认已收到清点金额?", "Have you received what was counted?"),
    shows=("counted_fen",),
    state=["handed_over"],
)
action("cashier_shifts_reject", danger=True, state=["handed_over"])
bulk("cashier_shifts_list", "bank_deposits_create", ids="shift_ids", state=["accepted"], deposit_id=[None])
action("bank_deposits_confirm", state=["made"])
action("bank_deposits_reject", danger=True, state=["made"])
groups(
    "CashierShift", "WholeCashierShift",
    shift=("班次", "Shift", "shift_no state clerk_id drawer_id hospital_id"),
    money=(
        "金额", "Money",
        "float_fen float_cash expected_fen counted_fen counted_cash difference_fen difference_reason takings_fen",
    ),
    people=(
        "复核与交接", "Countersign and hand-over",
        "difference_posted needs_countersign countersigned_by_id countersigned_at receiver_id reject_reason deposit_id",
    ),
    times=("时间", "Times", "opened_at closed_at counted_at handed_over_at accepted_at by_day"),
)  # fmt: skip
