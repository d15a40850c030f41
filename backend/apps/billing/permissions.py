from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("billing", "收费", "Billing", 40)
resource(
    "billing",
    "bill",
    "账单",
    ("list", "add"),
    cancel="取消账单",
    pay="窗口收费",
    perform="执行或发药",
    undo="撤销执行",
)
resource("billing", "invoice", "发票", ("list", "add"), print="打印发票")

for _role in ("doctor", "department_head"):
    give(
        _role, *(f"billing.bill.{verb}" for verb in ("list", "add", "cancel", "perform")), "billing.invoice.list"
    )
give("department_head", "billing.bill.undo")
give("finance", "billing.bill.list", "billing.invoice.list")
give(
    "clerk",
    *(f"billing.bill.{verb}" for verb in ("list", "add", "cancel", "pay", "perform", "undo")),
    *(f"billing.invoice.{verb}" for verb in ("list", "add", "print")),
)

directory("billing", module="billing", zh="收费", en="Billing", path="/billing", icon="money", sort=40)
page("bills", resource="billing.bill", zh="账单", en="Bills", path="bills",
     component="billing/bills/index", parent="billing", icon="list", sort=1)  # fmt: skip
page("invoices", resource="billing.invoice", zh="发票", en="Invoices", path="invoices",
     component="billing/invoices/index", parent="billing", icon="receipt", sort=2)  # fmt: skip
