from kernel.pages import action, columns, groups, moving

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
action(
    "payment_orders_settle",
    shows=("order_no", "patient_name", "description", "amount_fen", "held_fen"),
    state=["pending"],
)
action(
    "payment_orders_show_code",
    shows=("order_no", "patient_name", "description", "amount_fen", "held_fen"),
    state=["pending"],
)
action("payment_orders_withdraw_codes", shows=("order_no", "patient_name", "amount_fen"), state=["pending"])
action(
    "refunds_pay_out",
    danger=True,
    shows=("refund_no", "patient_name", "amount_fen", "error"),
    confirm=(
        "将从您的钱箱以现金退给患者;现金不够的,先登记收入备用金或由其他窗口退。确定执行?",
        "The patient gets cash out of your drawer: see that it holds enough, or use another window. Go on?",
    ),
    state=["failed"],
)
action(
    "refunds_void_slip",
    danger=True,
    shows=("refund_no", "patient_name", "amount_fen", "error"),
    confirm=("确认已在 POS 机上撤销或退货?", "Has the card machine given it back?"),
    state=["failed"],
    route=["original"],
    is_slip=[True],
)
action(
    "refunds_reissue",
    danger=True,
    shows=("refund_no", "patient_name", "amount_fen", "error"),
    confirm=("将再次向支付渠道发起退款,确定?", "The channel is asked to refund it again. Go on?"),
    state=["failed"],
    route=["original"],
)
groups(
    "WholeOrder",
    order=(
        "订单",
        "Order",
        "order_no description scene payer_type patient_id origin application opened_by_id hospital_id lines",
    ),
    money=(
        "金额与支付",
        "Money",
        "amount_fen held_fen refunded_fen is_refundable state channel attempts refunds",
    ),
    times=("时间", "Times", "created_at expires_at paid_at posted_at closed_at returned_at"),
    trouble=(
        "关闭与异常",
        "Closing and trouble",
        "close_cause return_cause posting_tries posting_error alarmed_at",
    ),
)
groups(
    "StaffRefund",
    refund=(
        "退费",
        "Refund",
        (
            "refund_no order_id order_no patient_id amount_fen route cause "
            "reason state application decision_id decided_by_name hospital_id"
        ),
    ),
    channel=("渠道", "Channel", "channel is_slip channel_refund_no channel_refund_id error reissued"),
    times=("时间", "Times", "created_at accepted_at succeeded_at his_notified_at"),
)
moving("payment_orders_list", state=["paid_unposted", "returning"])
moving("refunds_list", state=["created", "processing"])
