from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("receipts", "电子票据", "E-receipts", 78)
resource(
    "receipts",
    "receipt",
    "电子票据",
    ("list", "export"),
    retry=("重试电子票据", "Try e-receipts again"),
    query=("查询电子票据状态", "Ask the platform about e-receipts"),
    turn_paper=("换开纸质票据", "Turn e-receipts to paper"),
)
resource("receipts", "account", "开票账户", ("list", "add", "change"))
resource(
    "receipts", "day_check", "日汇总核对", ("list",),
    check=("核对日汇总", "Compare days with the platform"),
)  # fmt: skip

give("clerk", "receipts.receipt.list", "receipts.receipt.query", "receipts.receipt.turn_paper")
give(
    "finance", "receipts.receipt.list", "receipts.receipt.export", "receipts.receipt.retry", "receipts.receipt.query",
    "receipts.receipt.turn_paper", "receipts.account.list", "receipts.day_check.list", "receipts.day_check.check",
)  # fmt: skip

directory(
    "receipts", module="receipts", zh="电子票据", en="E-receipts", path="/receipts", icon="file", sort=78
)
page("e_receipts", resource="receipts.receipt", zh="电子票据", en="E-receipts", path="e-receipts",
     component="receipts/e-receipts/index", parent="receipts", icon="list", sort=1)  # fmt: skip
page("receipt_day_checks", resource="receipts.day_check", zh="日汇总核对", en="Daily totals", path="day-checks",
     component="receipts/day-checks/index", parent="receipts", icon="calendar", sort=2)  # fmt: skip
page("receipt_accounts", resource="receipts.account", zh="开票账户", en="Receipt accounts", path="accounts",
     component="receipts/accounts/index", parent="receipts", icon="setting", sort=3)  # fmt: skip
