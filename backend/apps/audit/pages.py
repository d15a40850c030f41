from kernel.pages import columns

columns(
    "audit_events_list",
    "at",
    "actor",
    "action",
    "object_type",
    "object_id",
    "method",
    "path",
    "ip",
    "hospital_name",
    "request_id",
)
