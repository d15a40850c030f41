from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("scheduling", "预约挂号", "Scheduling", 30)
resource("scheduling", "template", "排班", ("list", "add", "change", "delete"))
resource(
    "scheduling",
    "session",
    "出诊",
    ("list", "add", "change", "delete"),
    generate=("按排班生成出诊", "Generate sessions from templates"),
    publish=("发布出诊", "Publish sessions"),
    stop=("停诊", "Stop sessions"),
)
resource(
    "scheduling",
    "appointment",
    "挂号",
    ("list", "add", "export"),
    settle=("挂号收费", "Take registration fees"),
    reverse=("挂号收费冲正", "Reverse registration fees"),
    print=("打印挂号凭条", "Print slips"),
    check_in=("取号", "Check patients in"),
    cancel=("退号", "Cancel appointments"),
    override=("超限挂号", "Book beyond the limits"),
    excuse=("更正爽约", "Excuse missed appointments"),
    reschedule=("改期", "Reschedule appointments"),
)
resource("scheduling", "leave", "医生请假", ("list", "add", "delete"))
resource("scheduling", "limit", "挂号限制", ("list", "add", "change", "delete"))
resource(
    "scheduling",
    "suspension",
    "停止预约",
    ("list", "add"),
    lift=("解除停止预约", "Lift suspensions"),
    decide=("处理申诉", "Decide appeals"),
)
resource(
    "scheduling",
    "waitlist",
    "候补",
    ("list", "add", "change"),
    leave=("取消候补", "End waiting-list entries"),
    accept=("确认候补", "Accept offers for patients"),
)

_BROWSE = (
    "scheduling.session.list", "scheduling.appointment.list", "scheduling.waitlist.list",
)  # fmt: skip

give(
    "doctor", *_BROWSE, "scheduling.template.list", "scheduling.leave.list",
)  # fmt: skip
give(
    "department_head",
    *_BROWSE,
    *(f"scheduling.template.{verb}" for verb in ("list", "add", "change", "delete")),
    *(f"scheduling.session.{verb}" for verb in ("add", "change", "delete", "generate", "publish", "stop")),
    *(f"scheduling.leave.{verb}" for verb in ("list", "add", "delete")),
)
give(
    "clerk",
    *_BROWSE,
    "scheduling.template.list",
    "scheduling.leave.list",
    *(
        f"scheduling.appointment.{verb}"
        for verb in ("add", "settle", "reverse", "print", "check_in", "cancel", "excuse", "reschedule")
    ),
    *(f"scheduling.limit.{verb}" for verb in ("list", "add", "change", "delete")),
    *(f"scheduling.waitlist.{verb}" for verb in ("list", "add", "change", "leave", "accept")),
    *(f"scheduling.suspension.{verb}" for verb in ("list", "add", "lift", "decide")),
)

directory("scheduling", module="scheduling", zh="预约挂号", en="Scheduling", path="/scheduling",
          icon="calendar", sort=30)  # fmt: skip
page("appointments", resource="scheduling.appointment", zh="挂号", en="Appointments", path="appointments",
     component="scheduling/appointments/index", parent="scheduling", icon="ticket", sort=1,
     parts=("override",))  # fmt: skip
page("clinic_sessions", resource="scheduling.session", zh="出诊", en="Sessions", path="clinic-sessions",
     component="scheduling/clinic-sessions/index", parent="scheduling", icon="clock", sort=3)  # fmt: skip
page("schedule_templates", resource="scheduling.template", zh="排班", en="Templates", path="schedule-templates",
     component="scheduling/schedule-templates/index", parent="scheduling", icon="template", sort=4)  # fmt: skip
page("booking_limits", resource="scheduling.limit", zh="挂号限制", en="Booking limits", path="booking-limits",
     component="scheduling/booking-limits/index", parent="scheduling", icon="filter", sort=5)  # fmt: skip
page("booking_suspensions", resource="scheduling.suspension", zh="停止预约", en="Suspensions",
     path="booking-suspensions", component="scheduling/booking-suspensions/index", parent="scheduling", icon="ban",
     sort=6)  # fmt: skip
page("staff_leaves", resource="scheduling.leave", zh="医生请假", en="Leave", path="staff-leaves",
     component="scheduling/staff-leaves/index", parent="scheduling", icon="leave", sort=8)  # fmt: skip
page("waitlist", resource="scheduling.waitlist", zh="候补", en="Waiting list", path="waitlist",
     component="scheduling/waitlist/index", parent="scheduling", icon="list", sort=7)  # fmt: skip
