from apps.access.codes import code_words
from apps.access.words import role_words
from apps.worklist.contents import ContentType
from apps.worklist.kinds import KINDS
from apps.worklist.states import ApprovalState, Level, StepState, WorkState
from kernel.known_words import subject_words
from kernel.words import (
    ValueWords,
    acts,
    choices,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    technical,
    values,
)

properties(
    content=("审批内容", "Content"), decided_at=("审批时间", "Decided"), decided_by_id=("审批人", "Decided by"),
    decided_by_name=("审批人姓名", "Decided by"), digest=("内容摘要", "Digest"), due_at=("截止时间", "Due"),
    due_before=("截止早于", "Due before"), ended_by_id=("办结人", "Ended by"),
    ended_by_name=("办结人姓名", "Ended by"), executor=("执行人", "Executor"), executor_id=("执行人", "Executor"),
    executor_name=("执行人姓名", "Executor"), executor_role_id=("执行角色", "Executing role"),
    executor_role_name=("执行角色名称", "Executing role"), fields_to_complete=("可补充的字段", "Fields to complete"),
    hours=("办理时限(工作小时)", "Working hours until due"), kind_name=("类型名称", "Kind"),
    manager=("管理人", "Manager"), manager_id=("管理人", "Manager"), manager_name=("管理人姓名", "Manager"),
    manager_role_id=("管理角色", "Managing role"), manager_role_name=("管理角色名称", "Managing role"),
    outcome=("结果", "Outcome"), owner_id=("归属人", "Owner"), owner_name=("归属人姓名", "Owner"),
    permission=("所需权限", "Permission asked for"), place_name=("签名处名称", "Place"),
    requester_id=("申请人", "Requester"), requester_name=("申请人姓名", "Requester"), role_id=("角色", "Role"),
    role_name=("角色名称", "Role"), signed_at=("签名时间", "Signed"), signer_id=("签名人", "Signer"),
    signer_name=("签名人姓名", "Signer"), steps=("审批步骤", "Steps"), subject_id=("对象标识", "Subject id"),
    subject_type=("对象类型", "Subject kind"), supervisor=("监督人", "Supervisor"),
    supervisor_id=("监督人", "Supervisor"), supervisor_name=("监督人姓名", "Supervisor"),
    supervisor_role_id=("监督角色", "Supervising role"), supervisor_role_name=("监督角色名称", "Supervising role"),
    void_reason=("作废原因", "Why it was voided"), voided_at=("作废时间", "Voided"), mine=("与我相关", "Mine"),
    may_decide=("可由我审批", "Mine to decide"), may_withdraw=("可由我撤回", "Mine to withdraw"),
)  # fmt: skip
of("WorkItem", title=("待办事项", "Work"), level=("升级级别", "Escalation"), reason=("说明", "Reason"))
of(
    "Approval", "ApprovalDetail", title=("审批事项", "What it is about"), note=("申请原因", "Why it is asked for"),
    reason=("审批意见", "Opinion"), created_at=("申请时间", "Requested"),
)  # fmt: skip
of(
    "ApprovalStep",
    number=("步骤", "Step"),
    reason=("审批意见", "Opinion"),
    name=("步骤名称", "Name of the step"),
)
of("Approve", "Reject", "Complete", reason=("审批意见", "Opinion"))
of("Signature", place=("签名处", "Place"), method=("身份核验方式", "Proof of identity"))
of("HandOver", source_id=("移交人", "From"), target_id=("接收人", "To"))

known(
    "Subject", subject_words, "subject_type", "Approval", "ApprovalDetail", "OrderLine",
    "PaymentOrderLine", "Signature",
    "WorkItem",
)  # fmt: skip


def kind_words() -> dict[str, ValueWords]:
    """Every kind of work by its code."""
    return {code: ValueWords(kind.zh, kind.en) for code, kind in KINDS.items()}


known("WorkKindCode", kind_words, "kind", "WorkDuty", "work_duties_list", "work_items_list")
known("PermissionCode", code_words, "permission", "ApprovalStep")
for _of in ("executor", "manager", "supervisor"):
    known("RoleCode", role_words, _of, "WorkKind")
technical("WorkKind", "code")
technical("ContentField", "name")
of("ContentField", max_length=("最多字数", "Characters at most"))
references("roles", "role_id", "executor_role_id", "manager_role_id", "supervisor_role_id")
references(
    "staff", "executor_id", "manager_id", "supervisor_id", "requester_id", "owner_id", "source_id", "target_id",
    "signer_id", "decided_by_id", "ended_by_id",
)  # fmt: skip

resources(
    approvals=("审批", "approval", "approvals"), signatures=("签名记录", "signature", "signatures"),
    work_duties=("工作职责", "work duty", "work duties"), work_items=("待办", "work item", "work items"),
)  # fmt: skip

operations(
    approvals_approve=("同意", "Approve"), approvals_complete=("补充并同意", "Complete and approve"),
    approvals_reject=("驳回", "Reject"), approvals_withdraw=("撤回申请", "Withdraw"),
    work_duties_kinds=("查询工作类型", "List kinds of work"), work_items_assign=("分派待办", "Assign work"),
    work_items_finish=("办结待办", "Finish work"), work_items_take=("领取待办", "Take work"),
    work_items_hand_over=("工作交接", "Hand all work over"), work_items_mine=("我的待办", "My work"),
)  # fmt: skip

values(WorkState, {
    "open": ("待办", "Open", "warning"), "done": ("已办结", "Done", "success"), "withdrawn": ("已撤销", "Withdrawn"),
})  # fmt: skip
values(ApprovalState, {
    "requested": ("待审批", "Requested", "warning"), "approved": ("已同意", "Approved", "success"),
    "rejected": ("已驳回", "Rejected", "danger"), "withdrawn": ("已撤回", "Withdrawn"),
    "expired": ("已过期", "Expired"),
})  # fmt: skip
values(StepState, {
    "waiting": ("未到", "Waiting"), "open": ("待审批", "Open", "warning"),
    "approved": ("已同意", "Approved", "success"), "rejected": ("已驳回", "Rejected", "danger"),
    "skipped": ("已跳过", "Skipped"),
})  # fmt: skip
values(Level, {
    "0": ("执行人", "Executor"), "1": ("管理人", "Manager", "warning"), "2": ("监督人", "Supervisor", "danger"),
})  # fmt: skip
values(ContentType, {
    "text": ("文本", "Text"), "number": ("数字", "Number"), "boolean": ("是否", "Yes or no"),
    "moment": ("时间", "Moment"),
})  # fmt: skip
choices({
    "to_decide": ("待我审批", "For me to decide"), "decided": ("我已审批", "Decided by me"),
    "requested": ("我申请的", "Asked for by me"),
})  # fmt: skip

objects({
    "worklist.approval": ("审批", "Approval"),
    "worklist.workduty": ("工作职责", "Work duty"),
    "worklist.workitem": ("待办", "Work item"),
})  # fmt: skip
acts(
    hand_over=("工作交接", "Handed over"),
)  # fmt: skip
