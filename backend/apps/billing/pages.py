from kernel.pages import action, columns

columns(
    "bills_list",
    "bill_no",
    "patient_name",
    "title",
    "amount_fen",
    "refunded_fen",
    "status",
    "department_name",
    "issued_at",
    "due_at",
    "paid_at",
)
columns(
    "invoices_list",
    "invoice_no",
    "payer_name",
    "patient_name",
    "amount_fen",
    "channel",
    "bill_no",
    "issued_at",
    "issued_by_name",
    "print_count",
    "reversed_at",
)
columns(
    "card_top_ups_list",
    "patient_name",
    "card_number",
    "amount_fen",
    "refunded_fen",
    "channel",
    "state",
    "order_no",
    "created_at",
    "credited_at",
)
columns(
    "refund_requests_list",
    "patient_name",
    "order_no",
    "application",
    "amount_fen",
    "succeeded_fen",
    "reason",
    "state",
    "requested_by_name",
    "created_at",
    "ended_at",
)
action(
    "bills_cancel",
    danger=True,
    confirm=("取消后患者无法再缴费,确定取消?", "Nobody can pay it any more. Cancel?"),
    status=["issued", "lapsed"],
)
action("bills_reissue", status=["issued"])
action("refund_requests_approve", state=["requested"])
action("refund_requests_reject", danger=True, state=["requested"])
action(
    "refund_requests_execute",
    danger=True,
    confirm=("款项将立即退回,确定执行?", "The money goes back now. Execute?"),
    state=["requested", "approved"],
)
