from apps.queueing.models.queue import QueueKind
from apps.queueing.models.rules import QueueOrder
from apps.queueing.states import TicketState
from kernel.words import objects, of, operations, properties, references, references_of, resources, values

properties(
    ahead=("前方人数", "Ahead"), booked=("已预约", "Booked"), by_title=("按职称", "By title"),
    call_count=("叫号次数", "Calls"), called=("已叫号", "Called"), called_at=("叫号时间", "Called"),
    check_in_from=("取号开始", "Check in from"), checked_in=("已取号", "Checked in"), counts=("人数", "Counts"),
    current_number=("当前号", "Number now"), doctors=("医生", "Doctors"),
    estimated_call_at=("预计叫号时间", "Called at about"), estimated_wait_minutes=("预计等待分钟", "Minutes to wait"),
    examination=("检查中", "Out for an examination"), experts=("专家", "Experts"),
    first_starts_at=("最早开诊", "First start"), from_age=("起始年龄", "From age"), inside=("诊室内", "Inside"),
    is_paused=("暂停叫号", "Paused"), is_revoked=("已注销", "Was revoked"), last_ends_at=("最晚结束", "Last end"),
    late_after_minutes=("迟到分钟", "Late after minutes"), late_behind=("迟到后移位数", "Places for the late"),
    load=("当日负荷", "Load"), locations=("位置", "Places"), max_skips=("最多过号次数", "Most skips"),
    minutes=("提前分钟", "Minutes ahead"), no_shows=("爽约", "No-shows"), others=("其他", "Others"),
    patients=("患者数", "Patients"), patients_counted_at=("统计时间", "Counted"),
    pause_reason=("暂停原因", "Why paused"), paused_at=("暂停时间", "Paused since"),
    paused_until=("暂停至", "Paused until"), practitioner_ids=("医生列表", "Doctors"), queue_id=("队列", "Queue"),
    queue_ids=("队列列表", "Queues"), queued_at=("入队时间", "Queued"),
    return_behind=("回诊后移位数", "Places for those who return"), revoked_at=("注销时间", "Revoked"),
    sections=("分区", "Sections"), seen=("已就诊", "Seen"), served_by_id=("接诊医生", "Seen by"),
    served_by_ids=("接诊医生列表", "Served by"), served_by_name=("接诊医生姓名", "Seen by"),
    skip_behind=("过号后移位数", "Places for a skip"), skip_count=("过号次数", "Skips"),
    stopped_sessions=("停诊数", "Stopped sessions"), truncated=("未全部显示", "Not all is shown"),
)  # fmt: skip
of(
    "QueueTicket", "BoardEntry", "QueuePlace", "Prioritise", "WalkIn", "CheckIn",
    priority=("优先组", "Priority group"),
)  # fmt: skip
of("QueueTicket", "OwnQueue", number=("号序", "Number"))
of("BoardDoctor", "TitleCount", title=("职称", "Professional title"))
of("QueueRule", order=("排队顺序", "Order"))
of("Board", "BoardSession", "DayLoad", missed=("过号", "Passed over"), waiting=("候诊", "Waiting"))

references("queues", "queue_id", "queue_ids")
references_of(
    "queue_priorities",
    "priority",
    "QueueTicket",
    "BoardEntry",
    "QueuePlace",
    "Prioritise",
    "WalkIn",
    "CheckIn",
)
references("staff", "practitioner_ids", "served_by_id", "served_by_ids", is_practitioner=True)

resources(
    queue_priorities=("优先人群", "priority group", "priority groups"),
    queue_rules=("排队规则", "queue rule", "queue rules"), queue_screens=("候诊大屏", "screen", "screens"),
    queue_tickets=("候诊记录", "ticket", "tickets"),
    queue_tickets_transfer_targets=("可转队列", "target", "queues to transfer to"),
    queues=("队列", "queue", "queues"),
)  # fmt: skip

operations(
    clinic_overview=("诊所概况", "Overview of the clinic"),
    clinic_sessions_call_next=("叫下一位(按出诊)", "Call the next of a session"),
    day_board=("今日看板", "Board of the day"),
    queue_priorities_in_force=("在用优先人群", "Priority groups in force"),
    queue_screens_revoke=("注销大屏", "Revoke a screen"), queue_tickets_create=("现场排队", "Queue a walk-in"),
    queue_tickets_call=("指定叫号", "Call out of turn"), queue_tickets_finish=("结束就诊", "Finish the visit"),
    queue_tickets_prioritise=("设为优先", "Prioritise"), queue_tickets_recall=("重呼", "Call again"),
    queue_tickets_requeue=("重新排队", "Join the queue again"),
    queue_tickets_send_out=("去检查", "Send out for an examination"), queue_tickets_skip=("过号", "Skip"),
    queue_tickets_start=("开始就诊", "Begin the visit"), queue_tickets_take_back=("检查回诊", "Take back"),
    queue_tickets_transfer=("转诊", "Transfer"), queues_board=("候诊看板", "Board of a queue"),
    queues_call_next=("叫下一位", "Call the next"), queues_pause=("暂停叫号", "Pause a queue"),
    queues_resume=("恢复叫号", "Resume a queue"), queues_stream_token=("获取看板推送令牌", "Token for the stream"),
    appointments_queue=("我的排队位置", "My place in the queue"), queue_today=("今日排队", "Today's queue"),
)  # fmt: skip

values(QueueKind, {
    "doctor": ("医生队列", "A doctor's"), "department": ("科室队列", "A department's"),
    "shared": ("共享队列", "Shared"),
})  # fmt: skip
values(QueueOrder, {"appointment": ("按预约时间", "By appointment"), "arrival": ("按到达时间", "By arrival")})
values(TicketState, {
    "waiting": ("候诊", "Waiting", "info"), "called": ("已叫号", "Called", "warning"),
    "in_service": ("就诊中", "In service", "warning"), "examination": ("检查中", "Out for an examination", "info"),
    "missed": ("过号", "Passed over", "danger"), "finished": ("已结束", "Finished", "success"),
    "cancelled": ("已取消", "Cancelled"),
})  # fmt: skip

objects({
    "queueing.queue": ("队列", "Queue"),
    "queueing.queuemember": ("队列医生", "Doctor of a queue"),
    "queueing.queuepriority": ("优先人群", "Priority group"),
    "queueing.queuerule": ("排队规则", "Queue rule"),
    "queueing.queuescreen": ("候诊大屏", "Screen"),
    "queueing.queueticket": ("候诊记录", "Ticket"),
})  # fmt: skip
