from kernel.pages import action, columns

columns(
    "payment_orders_list",
    "order_no",
    "patient_name",
    "description",
    "amount_fen",
    "refunded_fen",
    "channel",
    "state",
    "application",
    "created_at",
    "paid_at",
)
columns(
    "refunds_list",
    "refund_no",
    "patient_name",
    "order_no",
    "amount_fen",
    "route",
    "cause",
    "state",
    "created_at",
    "succeeded_at",
    "error",
)
action(
    "payment_orders_cancel",
    danger=True,
    confirm=("关闭后该订单不能再支付,确定关闭?", "It can't be paid any more. Close it?"),
    state=["pending"],
)
action("payment_orders_settle", state=["pending"])
action(
    "refunds_pay_out",
    danger=True,
    confirm=("将以现金退给患者,确定执行?", "The patient gets cash. Go on?"),
    state=["failed"],
)
action("refunds_reissue", state=["failed"])
