from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("billing", "收费", "Billing", 40)
resource(
    "billing",
    "bill",
    "账单",
    ("list", "add", "export"),
    cancel=("取消账单", "Cancel bills"),
    pay=("窗口收费", "Take payments at the window"),
    perform=("执行或发药", "Mark items as done or dispensed"),
    undo=("撤销执行", "Undo what was done or dispensed"),
)
resource("billing", "invoice", "发票", ("list", "add", "export"), print=("打印发票", "Print invoices"))
resource(
    "billing",
    "invoice_range",
    "票据号段",
    ("list", "add"),
    give_back=("退回号段", "Give ranges of forms back"),
    spoil=("登记损毁票据", "Record spoiled forms"),
    verify=("核销号段", "Verify ranges"),
    view_all=("查看全院票据", "See all forms of the hospital"),
)
resource("billing", "invoice_paper", "纸质票据", ("list",), void=("作废票据", "Void forms"))
resource("billing", "card", "就诊卡余额", ("list", "export"))
resource("billing", "balance_announcement", "余额公告", ("list", "add"))
resource("billing", "card_top_up", "就诊卡充值", ("list", "add"))
resource(
    "billing",
    "refund_request",
    "退费申请",
    ("list", "add", "approve", "export"),
    execute=("执行退费", "Execute refunds"),
)

resource(
    "billing", "report", "收费报表", (), income=("查看收入与退款报表", "Read reports of income and refunds")
)
for _role in ("doctor", "department_head", "finance"):
    give(_role, "billing.report.income")
for _role in ("doctor", "department_head"):
    give(_role, "billing.refund_request.list", "billing.refund_request.approve")
    give(
        _role,
        *(f"billing.bill.{verb}" for verb in ("list", "add", "cancel", "perform")),
        "billing.invoice.list",
    )
give("department_head", "billing.bill.undo")
give("finance", *(f"billing.{name}.{verb}" for name in ("bill", "invoice") for verb in ("list", "export")))
give(
    "clerk",
    *(f"billing.bill.{verb}" for verb in ("list", "add", "cancel", "pay", "perform", "undo")),
    *(f"billing.invoice.{verb}" for verb in ("list", "add", "print")),
)
give(
    "clerk",
    "billing.card.list",
    "billing.card_top_up.list",
    "billing.card_top_up.add",
    *(f"billing.refund_request.{verb}" for verb in ("list", "add", "execute")),
)
give(
    "finance",
    "billing.balance_announcement.list",
    "billing.balance_announcement.add",
    "billing.card.export",
    "billing.card.list",
    "billing.card_top_up.list",
    "billing.refund_request.list",
    "billing.refund_request.export",
)

give(
    "clerk", "billing.invoice_range.list", "billing.invoice_range.give_back", "billing.invoice_range.spoil",
    "billing.invoice_paper.list", "billing.invoice_paper.void",
)  # fmt: skip
give(
    "finance", "billing.invoice_range.list", "billing.invoice_range.add", "billing.invoice_range.give_back",
    "billing.invoice_range.verify", "billing.invoice_range.view_all", "billing.invoice_paper.list",
    "billing.invoice_paper.void",
)  # fmt: skip

directory("billing", module="billing", zh="收费", en="Billing", path="/billing", icon="money", sort=40)
page("bills", resource="billing.bill", zh="账单", en="Bills", path="bills",
     component="billing/bills/index", parent="billing", icon="list", sort=1)  # fmt: skip
page("invoices", resource="billing.invoice", zh="发票", en="Invoices", path="invoices",
     component="billing/invoices/index", parent="billing", icon="receipt", sort=2)  # fmt: skip
page("card_top_ups", resource="billing.card_top_up", zh="就诊卡充值", en="Card top-ups", path="card-top-ups",
     component="billing/card-top-ups/index", parent="billing", icon="card", sort=3)  # fmt: skip
page("refund_requests", resource="billing.refund_request", zh="退费申请", en="Refund requests", path="refund-requests",
     component="billing/refund-requests/index", parent="billing", icon="undo", sort=4)  # fmt: skip
page("card_balances", resource="billing.card", zh="就诊卡余额", en="Card balances", path="card-balances",
     component="billing/card-balances/index", parent="billing", icon="card", sort=5)  # fmt: skip
page("invoice_ranges", resource="billing.invoice_range", zh="票据号段", en="Ranges of forms", path="invoice-ranges",
     component="billing/invoice-ranges/index", parent="billing", icon="ticket", sort=6,
     parts=("view_all",))  # fmt: skip
page("invoice_papers", resource="billing.invoice_paper", zh="纸质票据", en="Forms", path="invoice-papers",
     component="billing/invoice-papers/index", parent="billing", icon="printer", sort=7)  # fmt: skip
page("balance_announcements", resource="billing.balance_announcement", zh="余额公告", en="Balance announcements",
     path="balance-announcements", component="billing/balance-announcements/index", parent="billing", icon="bell",
     sort=8)  # fmt: skip
