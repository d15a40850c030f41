from apps.identity.settings import Setting, define

HIS_DRIVER = define(
    Setting(
        "his.driver",
        "embedded",
        "HIS 接口方式",
        "How HIS is reached",
        choices=("embedded", "http"),
    )
)
PUSH_UNPAID = define(
    Setting(
        "billing.push_unpaid",
        False,
        "待缴费账单推送通知",
        "Patients are told of every new bill",
    )
)
ORDER_MINUTES = define(
    Setting(
        "payment.order_minutes",
        30,
        "支付单有效分钟数",
        "Minutes in which an opened payment can be made",
        minimum=2,
        maximum=1_440,
    )
)
INVOICE_DESK = define(
    Setting(
        "billing.invoice_desk",
        "急诊收费处",
        "发票首次打印窗口(空 = 不限)",
        "Desk where the first copy of an invoice is printed (blank = any)",
    )
)
