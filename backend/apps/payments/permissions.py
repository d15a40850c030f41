from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("payments", "支付", "Payments", 75)
resource(
    "payments",
    "order",
    "支付单",
    ("list", "export"),
    settle=("窗口收款", "Take money for orders"),
    cancel=("关闭支付单", "Close payment orders"),
)
resource(
    "payments",
    "refund",
    "退费",
    ("list", "export"),
    reissue=("重新退款", "Try refunds again"),
    pay_out=("现金退款", "Pay refunds out in cash"),
)
resource("payments", "merchant", "商户号", ("list", "add", "change"))
resource("payments", "partner_channel", "应用渠道", ("list", "add", "change", "delete"))
resource("payments", "ledger", "资金账", ("list", "export"))

resource(
    "payments", "report", "资金报表", (), finance=("查看资金报表", "Read reports of balances and clearing")
)
give("finance", "payments.report.finance")
give(
    "finance", "payments.ledger.list", "payments.ledger.export", "payments.order.list", "payments.order.export",
    "payments.refund.list", "payments.refund.export", "payments.refund.reissue", "payments.refund.pay_out",
    "payments.merchant.list", "payments.partner_channel.list",
)  # fmt: skip
give(
    "clerk", "payments.order.list", "payments.order.settle", "payments.order.cancel", "payments.refund.list",
    "payments.refund.reissue", "payments.refund.pay_out",
)  # fmt: skip
give("doctor", "payments.order.list", "payments.refund.list")
give("department_head", "payments.order.list", "payments.refund.list")

directory("payments", module="payments", zh="支付", en="Payments", path="/payments", icon="wallet", sort=75)
page("ledger", resource="payments.ledger", zh="资金账", en="Ledger", path="ledger",
     component="payments/ledger/index", parent="payments", icon="notebook", sort=9)  # fmt: skip
page("payment_orders", resource="payments.order", zh="支付单", en="Payment orders", path="orders",
     component="payments/orders/index", parent="payments", icon="list", sort=1)  # fmt: skip
page("payment_refunds", resource="payments.refund", zh="退费", en="Refunds", path="refunds",
     component="payments/refunds/index", parent="payments", icon="undo", sort=2)  # fmt: skip
page("merchant_accounts", resource="payments.merchant", zh="商户号", en="Merchant accounts", path="merchant-accounts",
     component="payments/merchant-accounts/index", parent="payments", icon="shop", sort=8)  # fmt: skip
page("partner_channels", resource="payments.partner_channel", zh="应用渠道", en="Channels of applications",
     path="partner-channels", component="payments/partner-channels/index", parent="payments", icon="link",
     sort=7)  # fmt: skip
