from kernel.pages import columns, groups

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
groups(
    "AuditEvent",
    what=("操作", "What", "action object_type object_id before after"),
    who=("操作人", "Who", "actor user_id hospital_id at"),
    request=("请求", "Request", "method path ip request_id"),
)
