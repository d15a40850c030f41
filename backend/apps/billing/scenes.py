"""What patients are told by this app."""

from apps.messaging.scenes import scene

scene(
    "bill_issued",
    "待缴费提醒",
    "{patient}您好,您在{hospital}有新的待缴费用{amount}({items}),请在小程序查看明细并缴费。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "items": "thing4"},
    page="pages/bills/index",
    en="Bill to be paid",
)
scene(
    "bill_paid",
    "缴费成功",
    "{patient}您好,您已在{hospital}缴费{amount}({items}),缴费时间{time},凭证号{voucher},凭此到药房取药或检查。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "items": "thing4",
        "time": "time5",
        "voucher": "character_string6",
    },
    page="pages/bills/index",
    en="Bill paid",
)
scene(
    "card_topped_up",
    "充值成功",
    "{patient}您好,您在{hospital}的就诊卡已充值{amount},当前余额{balance}。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "balance": "amount4", "time": "time5"},
    page="pages/cards/index",
    en="Card topped up",
)
scene(
    "refund_succeeded",
    "退费成功",
    "{patient}您好,您在{hospital}的退费{amount}已退回({way}),退费单号{refund_no}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "way": "thing4",
        "refund_no": "character_string5",
    },
    page="pages/refunds/index",
    en="Refund made",
)
scene(
    "refund_failed",
    "退费未成功",
    "{patient}您好,您在{hospital}的退费{amount}未能退回,医院将尽快处理,退费单号{refund_no}。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "refund_no": "character_string4"},
    page="pages/refunds/index",
    en="Refund not made",
)
scene(
    "card_balance_announced",
    "就诊卡余额公告",
    "{patient}您好,按国家规定{hospital}不再收取门诊预交金。您的就诊卡余额{balance}可继续使用,也可申请退回:{note}。",
    {"patient": "thing1", "hospital": "thing2", "balance": "amount3", "note": "thing4"},
    page="pages/cards/index",
    en="Announcement about card balances",
)
