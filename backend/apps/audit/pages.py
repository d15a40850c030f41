from kernel.pages import columns, groups

columns(
    "audit_events_list",
    "at",
    "actor",
    "action",
    "object_type",
    "hospital_name",
    "ip",
    "path",
)
groups(
    "AuditEvent",
    "AuditEventDetail",
    what=("操作", "What", "action object_type object_id changes before after"),
    who=("操作人", "Who", "actor user_id hospital_id at"),
    request=("请求", "Request", "method path ip request_id"),
)
