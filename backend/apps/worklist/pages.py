from kernel.pages import action

for _name in ("approve", "complete", "reject", "withdraw"):
    action(f"approvals_{_name}", danger=_name == "reject", state=["requested"])
for _name in ("assign", "finish", "take"):
    action(f"work_items_{_name}", state=["open"])
