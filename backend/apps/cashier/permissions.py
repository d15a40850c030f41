from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("cashier", "收费班次", "Cashier's shifts", 77)
resource("cashier", "drawer", "钱箱", ("list", "add", "change", "delete"))
resource(
    "cashier",
    "shift",
    "收费班次",
    ("list", "export"),
    work=("开班和收付现金", "Open own shifts and handle their cash"),
    close=("清点和交班", "Count and hand over shifts"),
    accept=("接收交班", "Receive the cash of others' shifts"),
    countersign=("复核班次差额", "Countersign differences of shifts"),
    view_all=("查看全院班次", "See all shifts of the hospital"),
)
resource(
    "cashier",
    "deposit",
    "缴款单",
    ("list", "add"),
    confirm=("确认缴款", "Confirm deposits at the bank"),
)

resource("cashier", "report", "班次报表", (), shifts=("查看班次报表", "Read reports of shifts"))
for _role in ("clerk", "finance"):
    give(_role, "cashier.report.shifts")
resource(
    "cashier",
    "daily_close",
    "日结",
    ("list", "add"),
    reopen=("申请重新打开日结", "Ask for daily closes to be reopened"),
    approve_reopen=("审批重新打开结账", "Approve that closes are reopened"),
)
resource(
    "cashier", "monthly_close", "月结", ("list", "add"),
    reopen=("申请重新打开月结", "Ask for monthly closes to be reopened"),
)  # fmt: skip

give("clerk", "cashier.drawer.list", "cashier.shift.list", "cashier.shift.work", "cashier.shift.close",
     "cashier.shift.accept")  # fmt: skip
#: Who reads the ledger runs no drawer: its account tells what the count is to say.
give(
    "finance", "cashier.drawer.list", "cashier.drawer.add", "cashier.drawer.change", "cashier.shift.list",
    "cashier.shift.export", "cashier.shift.accept", "cashier.shift.view_all",
    "cashier.deposit.list", "cashier.deposit.add", "cashier.daily_close.list", "cashier.daily_close.add",
    "cashier.daily_close.reopen", "cashier.monthly_close.list",
)  # fmt: skip
give(
    "finance_head", "cashier.drawer.delete", "cashier.shift.close", "cashier.shift.countersign",
    "cashier.deposit.confirm", "cashier.daily_close.reopen", "cashier.daily_close.approve_reopen",
    "cashier.monthly_close.add", "cashier.monthly_close.reopen",
)  # fmt: skip

directory("cashier", module="cashier", zh="收费班次", en="Cashier's shifts", path="/cashier", icon="money",
          sort=77)  # fmt: skip
page("cashier_shifts", resource="cashier.shift", zh="收费班次", en="Shifts", path="shifts",
     component="cashier/shifts/index", parent="cashier", icon="list", sort=1,
     parts=("view_all",))  # fmt: skip
page("bank_deposits", resource="cashier.deposit", zh="缴款单", en="Bank deposits", path="deposits",
     component="cashier/deposits/index", parent="cashier", icon="bank", sort=2)  # fmt: skip
page("cash_drawers", resource="cashier.drawer", zh="钱箱", en="Cash drawers", path="drawers",
     component="cashier/drawers/index", parent="cashier", icon="box", sort=3)  # fmt: skip
page("daily_closes", resource="cashier.daily_close", zh="日结", en="Daily closes", path="daily-closes",
     component="cashier/daily-closes/index", parent="cashier", icon="calendar", sort=4)  # fmt: skip
page("monthly_closes", resource="cashier.monthly_close", zh="月结", en="Monthly closes", path="monthly-closes",
     component="cashier/monthly-closes/index", parent="cashier", icon="calendar", sort=5)  # fmt: skip
