from kernel.known_words import object_words
from kernel.words import (
    ACTS,
    acts,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    technical,
)

properties(
    action=("操作", "Action"), actor=("操作人", "Who"),
    actor_name=("操作人姓名", "Who"), before=("修改前", "Before"), after=("修改后", "After"),
    findings=("发现的问题", "Findings"), ip=("IP 地址", "IP address"), object_id=("对象标识", "Object id"),
    object_type=("对象类型", "Object kind"), object_name=("对象名称", "Object"),
    path=("路径", "Path"), path_name=("路径", "Path"), method=("方式", "Method"),
    user_id=("用户标识", "User id"), changes=("修改内容", "Changes"), last_seal=("最近封存", "Last seal"),
    last_seal_at=("最近封存时间", "Last sealed"), last_seal_mac=("最近封存校验码", "MAC of the last seal"),
    unsealed=("未封存行数", "Unsealed lines"), verified_at=("核验时间", "Verified"),
    verified_ok=("核验通过", "Verified as sound"), hospital_id=("医院", "Hospital"),
    hospital_name=("医院名称", "Hospital"), since=("起始时间", "Since"),
)  # fmt: skip
of(
    "LoggedChange",
    name=("字段", "Field"),
    title=("内容", "What"),
    was=("修改前", "Before"),
    became=("修改后", "After"),
)
technical("LoggedChange", "name")
technical("AuditEvent", "before", "after", "path")
technical("AuditEventDetail", "before", "after", "path")
of(
    "AuditEvent",
    "AuditEventDetail",
    at=("操作时间", "Time"),
    method=("请求方法", "HTTP method"),
    path=("请求路径", "Request path"),
)

_LOG = ("AuditEvent", "AuditEventDetail", "audit_events_list", "audit_events_export")
known("AuditAction", lambda: ACTS, "action", *_LOG)
known("AuditObject", object_words, "object_type", *_LOG)
references("hospitals", "hospital_id")

resources(audit_events=("操作日志", "line of the operation log", "the operation log"))

operations(
    audit_events_export=("导出操作日志", "Export the operation log"),
    audit_state=("日志封存状态", "Seal of the operation log"),
)  # fmt: skip

objects({
    "audit.event": ("操作日志", "Operation log"),
    "audit.log": ("操作日志封存", "Seal of the operation log"),
})  # fmt: skip
acts(
    insert=("新增", "Added"),
    update=("修改", "Changed"),
    delete=("删除", "Deleted"),
    export=("导出", "Exported"),
    verify=("核验", "Verified"),
    print=("打印", "Printed"),
)  # fmt: skip
