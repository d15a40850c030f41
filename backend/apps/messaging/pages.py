from kernel.pages import bulk, columns, groups, moving

columns(
    "messages_list",
    "patient_name",
    "scene",
    "title",
    "channel",
    "state",
    "created_at",
    "sent_at",
    "delivered_at",
    "read_at",
    "error_code",
)
groups(
    "Message",
    message=("消息", "Message", "title text scene channel urgent patient_id hospital_id"),
    sent=("发送", "Sending", "state tries error_code error_detail created_at sent_at delivered_at read_at"),
)
bulk("messages_list", "messages_retry", state=["failed", "dead"])
moving("messages_list", state=["queued", "sending"])
