from kernel.pages import columns

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
