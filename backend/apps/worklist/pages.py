from kernel.pages import action, columns

columns(
    "approvals_list",
    "kind_name",
    "title",
    "amount_fen",
    "requester_name",
    "owner_name",
    "state",
    "created_at",
    "expires_at",
    "decided_by_name",
    "ended_at",
)
columns(
    "signatures_list",
    "place_name",
    "subject_type",
    "signer_name",
    "role_name",
    "method",
    "signed_at",
    "voided_at",
    "void_reason",
)
columns(
    "work_items_list",
    "kind_name",
    "title",
    "level",
    "state",
    "executor_name",
    "executor_role_name",
    "department_name",
    "due_at",
    "created_at",
)
for _name in ("approve", "complete", "reject", "withdraw"):
    action(f"approvals_{_name}", danger=_name == "reject", state=["requested"])
for _name in ("assign", "finish", "take"):
    action(f"work_items_{_name}", state=["open"])
