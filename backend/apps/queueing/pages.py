from kernel.pages import action, columns, groups

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
action("queue_tickets_start", main=True, state=["called"])
action("queue_tickets_requeue", state=["missed"])
action("queue_tickets_send_out", state=["in_service"])
action("queue_tickets_take_back", main=True, state=["examination"])
action(
    "queue_tickets_finish",
    confirm=("患者就诊将结束,确定结束?", "The visit ends. Finish it?"),
    state=["called", "in_service", "examination"],
)
action("queue_tickets_prioritise", state=["waiting"])
action("queue_tickets_transfer", state=["waiting", "called", "missed", "in_service", "examination"])
action("clinic_sessions_call_next", main=True, state=["published"], is_today=[True])
action("queues_call_next", is_active=[True], is_paused=[False])
action("queues_pause", is_active=[True], is_paused=[False])
action("queues_resume", is_paused=[True])
action(
    "queue_screens_revoke",
    danger=True,
    confirm=("注销后大屏立即停止显示,确定注销?", "The screen goes dark at once. Revoke?"),
    revoked_at=[None],
)
groups(
    "QueueTicket",
    ticket=("候诊", "Ticket", "ticket_no number day state priority reason"),
    who=(
        "患者与队列",
        "Patient and queue",
        (
            "patient_id queue_id department_id practitioner_id served_by_id "
            "hospital_id session_id appointment_id encounter_id"
        ),
    ),
    times=(
        "时间",
        "Times",
        "due_at checked_in_at queued_at called_at started_at finished_at call_count skip_count",
    ),
)
groups(
    "Queue",
    queue=(
        "队列",
        "Queue",
        "name kind department_id practitioner_id practitioner_ids served_by_ids is_active hospital_id",
    ),
    pause=("暂停", "Pause", "is_paused paused_at paused_until pause_reason"),
)
