from apps.access.codes import give, module, reach, resource
from apps.access.menus import directory, page

module("worklist", "待办", "Work list", 12)
resource(
    "worklist",
    "item",
    "待办",
    ("list", "export"),
    finish=("办理待办", "Finish work"),
    assign=("分派待办", "Assign work"),
    hand_over=("工作交接", "Hand work over"),
)
resource("worklist", "duty", "工作职责", ("list", "add", "change", "delete"))
resource("worklist", "approval", "申请", ("list", "approve"), withdraw=("撤回申请", "Withdraw requests"))
resource("worklist", "signature", "签名", ("list",))

for role in ("department_head", "doctor", "clerk", "finance"):
    give(role, "worklist.item.list", "worklist.item.finish", "worklist.duty.list")
    give(role, *(f"worklist.approval.{verb}" for verb in ("list", "approve", "withdraw")))
give("department_head", "worklist.item.assign", "worklist.item.hand_over")
for role in ("clerk", "finance"):
    reach(role, "worklist", "own")  # whatever is in their own list, wherever in the hospital it belongs

directory("worklist", module="worklist", zh="待办", en="Work list", path="/worklist", icon="list", sort=5)
page("my_work", resource="worklist.item", zh="我的待办", en="My work", path="mine",
     component="worklist/mine/index", parent="worklist", icon="list", sort=1)  # fmt: skip
page("work_duties", resource="worklist.duty", zh="工作职责", en="Duties", path="duties",
     component="worklist/duties/index", parent="worklist", icon="team", sort=2)  # fmt: skip
page("approvals", resource="worklist.approval", zh="审批", en="Approvals", path="approvals",
     component="worklist/approvals/index", parent="worklist", icon="check", sort=3)  # fmt: skip
page("signatures", resource="worklist.signature", zh="签名记录", en="Signatures", path="signatures",
     component="worklist/signatures/index", parent="worklist", icon="edit", sort=4)  # fmt: skip
