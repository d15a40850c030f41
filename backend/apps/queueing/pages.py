from kernel.pages import action, columns

columns(
    "queue_tickets_list",
    "ticket_no",
    "patient_name",
    "queue_name",
    "practitioner_name",
    "priority",
    "state",
    "checked_in_at",
    "called_at",
    "call_count",
    "served_by_name",
)
columns(
    "queues_list",
    "name",
    "kind",
    "department_name",
    "practitioner_name",
    "is_active",
    "is_paused",
    "pause_reason",
    "paused_until",
)
action("queue_tickets_call", state=["waiting", "missed"])
action("queue_tickets_recall", state=["called"])
action("queue_tickets_skip", state=["called"])
action("queue_tickets_start", state=["called"])
action("queue_tickets_requeue", state=["missed"])
action("queue_tickets_send_out", state=["in_service"])
action("queue_tickets_take_back", state=["examination"])
action("queue_tickets_finish", state=["called", "in_service", "examination"])
action("queue_tickets_prioritise", state=["waiting"])
action("queue_tickets_transfer", state=["waiting", "called", "missed", "in_service", "examination"])
action("queues_pause", is_paused=[False])
action("queues_resume", is_paused=[True])
action(
    "queue_screens_revoke",
    danger=True,
    confirm=("注销后大屏立即停止显示,确定注销?", "The screen goes dark at once. Revoke?"),
)
