from kernel.pages import columns, groups

columns(
    "audit_events_list",
    "at",
    "actor_name",
    "action",
    "object_type",
    "object_name",
    "hospital_name",
    "ip",
)
groups(
    "AuditEvent",
    "AuditEventDetail",
    what=("操作", "What", "action object_type object_id changes before after"),
    who=("操作人", "Who", "actor_name actor user_id hospital_id at"),
    request=("请求", "Request", "method path ip request_id"),
)
