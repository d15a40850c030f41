from apps.scheduling.models.appointment import AppointmentKind, AppointmentSource, CancelCode, PaymentStatus
from apps.scheduling.models.limits import LimitScope, SuspensionSource
from apps.scheduling.models.schedule import Period, QuotaPer
from apps.scheduling.states import (
    AppealState,
    AppointmentState,
    EntryState,
    NumberState,
    OfferState,
    SessionState,
)
from kernel.words import (
    ENUMS,
    Key,
    acts,
    choices,
    keys,
    objects,
    of,
    operations,
    properties,
    references,
    references_of,
    resources,
    values,
)

properties(
    all_or_nothing=("全部成功才执行", "All or nothing"), applied=("已执行", "Applied"),
    appointment_id=("挂号", "Appointment"), appointment_no=("挂号单号", "Appointment number"),
    because=("冲突对象", "Because of"), by=("统计方式", "By"), by_staff=("由工作人员", "By staff"),
    cancel_code=("退号原因类别", "Kind of reason"), cancel_reason=("取消原因", "Why cancelled"),
    cancelled=("已取消", "Cancelled"), cancelled_at=("取消时间", "Cancelled"), capacity=("号源数", "Numbers"),
    capacity_per_slot=("每时段号数", "Numbers a slot"), channel_quotas=("渠道配额", "Quotas of channels"),
    check_in_until=("取号截止", "Check in until"), checked_in_at=("取号时间", "Checked in"),
    conflict_count=("冲突数", "How many conflicts"), conflicts=("冲突", "Conflicts"), copy_no=("第几份", "Copy"),
    date_from=("日期起", "Date from"), date_to=("日期止", "Date to"), decision_note=("处理意见", "Decision"),
    dry_run=("仅预演", "Dry run"), end_time=("结束时刻", "End"), start_time=("开始时刻", "Start"),
    ends_after=("结束晚于", "Ends after"), fee_fen=("挂号费", "Fee"), first_date=("开始日期", "First day"),
    last_date=("结束日期", "Last day"), free=("空闲", "Free"), from_number=("原号序", "Number before"),
    from_practitioner_id=("原医生", "Doctor before"), from_practitioner_name=("原医生姓名", "Doctor before"),
    from_starts_at=("原时间", "Time before"), has_open_appeal=("有待处理申诉", "Has an open appeal"),
    is_over=("已结束", "Is over"),
    hold_expires_at=("占号截止", "Held until"), holidays=("节假日", "Holidays"), in_service=("就诊中", "In service"),
    is_today=("今日", "Today"),
    is_bookable=("可预约", "Can be booked"), is_lifted=("已解除", "Was lifted"), is_reprint=("补打", "Reprint"),
    lift_reason=("解除原因", "Why lifted"), lifted_at=("解除时间", "Lifted"),
    makeup_days=("调休上班日", "Make-up workdays"), missed=("爽约/过号", "Missed"),
    move_to_id=("转入出诊", "Move to"), offer=("候补号源", "Offer"), on_leave=("请假", "On leave"),
    on_leave_count=("请假数", "How many on leave"), opens_at=("放号时间", "Opens"),
    override_reason=("破例原因", "Why the rule is passed"), paid_at_counter=("窗口已收费", "Paid at the counter"),
    payment_status=("缴费状态", "Payment"), period=("午别", "Period"),
    practitioner_portrait_url=("医生照片", "Doctor's portrait"), practitioner_title=("医生职称", "Doctor's title"),
    printed_at=("打印时间", "Printed"), printed_by_name=("打印人", "Printed by"), priority=("优先级", "Priority"),
    queue_name=("队列名称", "Queue"), quiet=("空闲时段", "Quiet"), quota_per=("配额单位", "Quota per"),
    refund_due=("待退费", "Refund due"), refused=("未成功", "Refused"),
    registration_fee_fen=("挂号费", "Registration fee"), release_at=("放号时刻", "Released at"),
    release_minutes=("提前放号分钟", "Released minutes before"), remaining=("余号", "Numbers left"),
    room_id=("诊室", "Room"), room_name=("诊室名称", "Room"), runs_on_holidays=("节假日出诊", "Runs on holidays"),
    session_ids=("出诊列表", "Sessions"), sessions=("出诊", "Sessions"), share=("占用率", "Share"),
    slot_id=("时段", "Slot"), slot_minutes=("时段分钟数", "Minutes a slot"), stop_reason=("停诊原因", "Why stopped"),
    stop_sessions=("同时停诊", "Stop the sessions"), substituted_by_id=("操作人", "Substituted by"),
    substituted_by_name=("操作人姓名", "Substituted by"), substituted_for_id=("被替医生", "In place of"),
    substituted_for_name=("被替医生姓名", "In place of"), suggested=("推荐", "Suggested"),
    suspension_id=("停约记录", "Suspension"), taken=("已占用", "Taken"), ticket_no=("排队号", "Ticket number"),
    to_number=("新号序", "Number now"), to_practitioner_id=("新医生", "Doctor now"),
    to_practitioner_name=("新医生姓名", "Doctor now"), to_starts_at=("新时间", "Time now"),
    unknown_days=("未知日期", "Unknown days"), until_after=("截止晚于", "Until after"),
    valid_from=("生效日期", "Valid from"), visit_date=("就诊日期", "Day of visit"),
    visit_date_from=("就诊日期起", "Day of visit from"), visit_date_to=("就诊日期止", "Day of visit to"),
    weekday=("星期", "Weekday"), weekdays=("星期", "Weekdays"),
    session_id=("出诊", "Session"),
)  # fmt: skip
of(
    "Appointment", "Slip", kind=("挂号类型", "Kind"), number=("号序", "Number"), source=("预约渠道", "Channel"),
    starts_at=("就诊时间", "Time"), tier=("号别", "Tier"),
)  # fmt: skip
of("BookingLimit", scope=("限制对象", "Counted by"), value=("上限", "At most"), days=("统计天数", "Days"))
of("Suspension", missed=("爽约次数", "Missed"), until=("停约至", "Suspended until"))
of(
    "ClinicSession", "ChangedSession", cancelled=("已取消挂号数", "Appointments cancelled"),
    moved=("已转移挂号数", "Moved"),
)  # fmt: skip
of("WaitlistEntry", place=("候补位次", "Place in the list"))
of("Appeal", "SuspensionAppeal", "WriteAppeal", text=("申诉内容", "Appeal"))
of("StaffLeave", "TakeLeave", reason=("请假原因", "Why"))

references("appointments", "appointment_id")
references("slots", "slot_id")
references("clinic_sessions", "session_id", "session_ids", "move_to_id")
references("staff", "from_practitioner_id", "to_practitioner_id", "substituted_for_id", is_practitioner=True)
references("staff", "substituted_by_id")
references("booking_suspensions", "suspension_id")
references_of("schedule_templates", "template_id", "ClinicSession", "ChangedSession", "Conflict", "Skipped")
references_of("schedule_templates", "template_ids", "Generate")

resources(
    slots=("号源", "slot", "slots"),
    appointments=("挂号", "appointment", "appointments"),
    appointments_changes=("改期记录", "change", "changes of an appointment"),
    appointments_slip_prints=("凭条打印记录", "print of the slip", "prints of the slip"),
    booking_limits=("挂号限制", "booking limit", "booking limits"),
    booking_suspensions=("停约记录", "suspension", "suspensions"),
    booking_suspensions_appeals=("停约申诉", "appeal", "appeals"),
    clinic_sessions=("出诊", "clinic session", "clinic sessions"), clinic_sessions_slots=("号源", "slot", "slots"),
    clinic_sessions_substitutions=("替诊记录", "substitution", "substitutions"),
    schedule_templates=("排班模板", "schedule template", "schedule templates"),
    session_load=("号源负荷", "load", "load of sessions"), staff_leaves=("医生请假", "leave", "leaves"),
    suspension_appeals=("停约申诉", "appeal", "appeals"),
    waitlist_entries=("候补", "waiting-list entry", "waiting-list entries"),
    bookable_days=("可预约日期", "bookable day", "bookable days"),
    bookable_departments=("可预约科室", "bookable department", "bookable departments"),
    bookable_doctors=("可预约医生", "bookable doctor", "bookable doctors"),
    bookable_slots=("可预约时段", "bookable slot", "bookable slots"),
)  # fmt: skip

operations(
    appointments_create=("预约挂号", "Book"), appointments_cancel=("退号", "Cancel an appointment"),
    appointments_check_in=("取号", "Check in"), appointments_excuse=("更正爽约", "Excuse a no-show"),
    appointments_reschedule=("改期", "Reschedule"), appointments_reverse_settlement=("冲正挂号费", "Reverse the fee"),
    appointments_settle=("收取挂号费", "Take the fee"), appointments_print_slip=("打印挂号凭条", "Print the slip"),
    appointments_slip=("下载凭条打印件", "Download the print of a slip"),
    appointments_export=("导出挂号", "Export appointments"),
    appointments_checkout=("支付挂号费", "Pay the registration fee"),
    booking_suspensions_lift=("解除停约", "Lift a suspension"),
    booking_suspensions_create=("停约患者", "Suspend a patient"),
    booking_suspensions_appeals_create=("提交申诉", "Appeal"),
    clinic_sessions_publish=("发布出诊", "Publish a session"), clinic_sessions_stop=("停诊", "Stop a session"),
    clinic_sessions_substitute=("替诊", "Substitute the doctor"),
    clinic_sessions_bulk=("批量调整出诊", "Change sessions in bulk"),
    clinic_sessions_generate=("按模板生成出诊", "Generate sessions"),
    suspension_appeals_accept=("同意申诉", "Accept an appeal"),
    suspension_appeals_reject=("驳回申诉", "Reject an appeal"),
    waitlist_entries_create=("加入候补", "Join the waiting list"),
    waitlist_entries_accept=("接受候补号源", "Accept the offer"),
    waitlist_entries_leave=("退出候补", "Leave the waiting list"),
    waitlist_entries_decline=("放弃候补号源", "Decline the offer"),
)  # fmt: skip

values(QuotaPer, {"slot": ("每时段", "Each slot"), "session": ("整个出诊", "The session")})
values(
    Period,
    {"morning": ("上午", "Morning"), "afternoon": ("下午", "Afternoon"), "evening": ("晚间", "Evening")},
)
values(AppointmentKind, {"advance": ("预约挂号", "In advance"), "same_day": ("今日挂号", "Same day")})
values(AppointmentSource, {
    "miniprogram": ("小程序", "Mini-program"), "window": ("窗口", "Window"), "phone": ("电话", "Phone"),
    "web": ("网站", "Web"), "partner": ("合作方", "Partner"), "follow_up": ("随访", "Follow-up"),
})  # fmt: skip
keys(
    lambda: {code: Key(said.zh, said.en) for code, said in ENUMS[AppointmentSource].items()}, "channel_quotas"
)
values(PaymentStatus, {
    "unpaid": ("未缴费", "Unpaid", "warning"), "not_required": ("无需缴费", "Nothing to pay"),
    "paid_at_counter": ("窗口已缴", "Paid at the counter", "success"),
    "paid_online": ("线上已缴", "Paid online", "success"), "refund_due": ("待退费", "Refund due", "danger"),
    "refunded": ("已退费", "Refunded"),
})  # fmt: skip
values(CancelCode, {
    "patient_plans": ("患者行程变化", "Other plans"), "patient_recovered": ("患者已好转", "Recovered"),
    "wrong_booking": ("挂错号", "Wrong booking"), "doctor_away": ("医生不在", "The doctor is away"),
    "session_stopped": ("停诊", "The session was stopped"), "other": ("其他", "Other"),
})  # fmt: skip
values(LimitScope, {
    "patient": ("按患者", "A patient"), "patient_doctor": ("按患者和医生", "A patient with a doctor"),
    "patient_department": ("按患者和科室", "A patient in a department"), "account": ("按账号", "An account"),
})  # fmt: skip
values(SuspensionSource, {"no_shows": ("爽约", "No-shows"), "staff": ("人工", "By staff")})
values(SessionState, {
    "draft": ("草稿", "Draft"), "published": ("已发布", "Published", "success"),
    "stopped": ("已停诊", "Stopped", "danger"), "closed": ("已结束", "Closed"),
})  # fmt: skip
values(NumberState, {
    "free": ("空闲", "Free", "success"), "held": ("占用待付", "Held", "warning"),
    "offered": ("候补中", "Offered", "info"), "taken": ("已挂", "Taken"), "stopped": ("已停", "Stopped", "danger"),
})  # fmt: skip
values(AppointmentState, {
    "pending": ("待支付", "Pending", "warning"), "booked": ("已预约", "Booked", "info"),
    "checked_in": ("已取号", "Checked in", "success"), "fulfilled": ("已就诊", "Fulfilled", "success"),
    "cancelled": ("已退号", "Cancelled"), "no_show": ("爽约", "No-show", "danger"), "expired": ("已失效", "Expired"),
})  # fmt: skip
values(EntryState, {
    "waiting": ("候补中", "Waiting", "info"), "offered": ("有号待确认", "Offered", "warning"),
    "accepted": ("已候补成功", "Accepted", "success"), "cancelled": ("已退出", "Cancelled"),
    "expired": ("已过期", "Expired"),
})  # fmt: skip
values(OfferState, {
    "open": ("待确认", "Open", "warning"), "accepted": ("已接受", "Accepted", "success"),
    "declined": ("已放弃", "Declined"), "lapsed": ("已超时", "Lapsed"), "withdrawn": ("已收回", "Withdrawn"),
})  # fmt: skip
values(AppealState, {
    "open": ("待处理", "Open", "warning"), "accepted": ("已同意", "Accepted", "success"),
    "rejected": ("已驳回", "Rejected", "danger"),
})  # fmt: skip
choices({"change": ("修改", "Change"), "publish": ("发布", "Publish"), "stop": ("停诊", "Stop")})
choices({"practitioner": ("医生", "The doctor"), "room": ("诊室", "The room")})
choices({"slot": ("按时段", "By slot"), "hour": ("按小时", "By hour")})
choices({"counter": ("到院缴费", "At the counter"), "prepaid": ("先缴费", "Prepaid")})

objects({
    "scheduling.appointment": ("挂号", "Appointment"),
    "scheduling.bookinglimit": ("挂号限制", "Booking limit"),
    "scheduling.bookingsuspension": ("停约", "Booking suspension"),
    "scheduling.suspensionappeal": ("停约申诉", "Appeal"),
    "scheduling.staffleave": ("医生请假", "Leave"),
    "scheduling.clinicsession": ("出诊", "Clinic session"),
    "scheduling.scheduletemplate": ("排班模板", "Schedule template"),
    "scheduling.slipprint": ("凭条打印", "Print of a slip"),
    "scheduling.waitlistentry": ("候补", "Waiting-list entry"),
})  # fmt: skip
acts(
    reverse=("撤销到诊", "Arrival reversed"),
)  # fmt: skip
of(
    "Problem", leave_id=("请假", "Leave"), new_fee_fen=("新挂号费", "New fee"), of=("选中数量", "Chosen"),
    ticket_id=("排队号", "Ticket"), used=("已用数量", "Used"), what=("冲突说明", "What clashes"),
)  # fmt: skip
