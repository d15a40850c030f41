from apps.identity.settings import Setting, define, section

section("排队候诊", "Queueing", "queue.")

MINUTES_PER_PATIENT = define(
    Setting(
        "queue.minutes_per_patient",
        8,
        "预计每位患者就诊分钟数",
        "Minutes per patient, for the estimated wait",
        minimum=1,
        maximum=240,
    )
)
QUEUE_ORDER = define(
    Setting(
        "queue.order",
        "appointment",
        "候诊顺序:按预约时段或按到达",
        "Order of a queue: by appointment time or by arrival",
        choices=("appointment", "arrival"),
    )
)
LATE_AFTER_MINUTES = define(
    Setting(
        "queue.late_after_minutes",
        15,
        "预约时段开始后多少分钟算迟到(0 = 不算)",
        "Minutes after the start of the slot from which one is late (0 = never)",
        minimum=0,
        maximum=720,
    )
)
LATE_BEHIND = define(
    Setting(
        "queue.late_behind",
        3,
        "迟到患者排在几人之后(0 = 当前时段结束后)",
        "Places a late patient waits behind (0 = until the current slot ends)",
        minimum=0,
        maximum=100,
    )
)
RETURN_BEHIND = define(
    Setting(
        "queue.return_behind",
        1,
        "检查后回诊排在几人之后",
        "Places behind which one who comes back from an examination waits",
        minimum=0,
        maximum=100,
    )
)
SKIP_BEHIND = define(
    Setting(
        "queue.skip_behind",
        3,
        "过号顺延几人",
        "Places that one who did not come goes back",
        minimum=1,
        maximum=100,
    )
)
MAX_SKIPS = define(
    Setting(
        "queue.max_skips",
        2,
        "顺延几次后再过号即作废",
        "How often one goes back before being passed over",
        minimum=0,
        maximum=20,
    )
)
