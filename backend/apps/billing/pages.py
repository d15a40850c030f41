from kernel.pages import action

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
