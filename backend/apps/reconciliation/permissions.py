from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("reconciliation", "对账", "Reconciliation", 78)
resource(
    "reconciliation",
    "run",
    "对账批次",
    ("list", "export"),
    start=("发起对账", "Start reconciliation runs"),
    carry=("申请结转缺失账单", "Ask to close days without a bill"),
)
resource("reconciliation", "bill", "对方账单", ("list", "add"))
resource(
    "reconciliation",
    "difference",
    "对账差异",
    ("list", "export"),
    propose=("提出处理意见", "Propose settlements"),
    approve=("审批处理意见", "Approve settlements"),
    approve_large=("审批大额核销", "Approve large write-offs"),
    undo=("撤销处理", "Undo settlements"),
)

give(
    "finance", "reconciliation.run.list", "reconciliation.run.export", "reconciliation.run.start",
    "reconciliation.run.carry", "reconciliation.bill.list", "reconciliation.bill.add",
    "reconciliation.difference.list", "reconciliation.difference.export", "reconciliation.difference.propose",
)  # fmt: skip
give(
    "finance_head", "reconciliation.bill.list", "reconciliation.difference.approve",
    "reconciliation.difference.approve_large", "reconciliation.difference.undo",
)  # fmt: skip

directory("reconciliation", module="reconciliation", zh="对账", en="Reconciliation", path="/reconciliation",
          icon="balance", sort=78)  # fmt: skip
page("reconciliation_runs", resource="reconciliation.run", zh="对账批次", en="Reconciliation runs", path="runs",
     component="reconciliation/runs/index", parent="reconciliation", icon="list", sort=1)  # fmt: skip
page("reconciliation_bills", resource="reconciliation.bill", zh="对方账单", en="Bills handed in", path="bills",
     component="reconciliation/bills/index", parent="reconciliation", icon="upload", sort=3)  # fmt: skip
page("reconciliation_differences", resource="reconciliation.difference", zh="对账差异", en="Differences",
     path="differences", component="reconciliation/differences/index", parent="reconciliation", icon="alert",
     sort=2)  # fmt: skip
