from kernel.pages import action, columns, groups

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
_ASKED = ("kind_name", "title", "amount_fen", "requester_name", "note")
for _name in ("approve", "complete", "reject"):
    action(
        f"approvals_{_name}", danger=_name == "reject", shows=_ASKED, state=["requested"], may_decide=[True]
    )
action("approvals_withdraw", state=["requested"], may_withdraw=[True])
for _name in ("assign", "finish", "take"):
    action(f"work_items_{_name}", state=["open"])
groups(
    "WorkItem",
    task=(
        "事项",
        "Task",
        "title kind kind_name state level subject_type subject_id department_id hospital_id",
    ),
    people=(
        "负责人",
        "Who is responsible",
        "executor_id executor_role_id manager_id manager_role_id supervisor_id supervisor_role_id",
    ),
    times=("时限与结果", "Time and outcome", "created_at due_at ended_at ended_by_id outcome"),
)
groups(
    "ApprovalDetail",
    request=(
        "申请",
        "Request",
        (
            "title kind kind_name subject_type subject_id amount_fen requester_id "
            "owner_id note department_id hospital_id created_at expires_at"
        ),
    ),
    decision=("审批", "Decision", "state may_decide may_withdraw decided_by_id reason ended_at steps"),
    content=("内容", "Content", "content fields_to_complete"),
)
groups(
    "Signature",
    signed=(
        "签名",
        "Signature",
        "place place_name subject_type subject_id signer_id role_id method signed_at digest hospital_id",
    ),
    void=("作废", "Void", "voided_at void_reason"),
)
