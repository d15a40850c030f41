from apps.identity.settings import Setting, define, section

PAY_TIMINGS = ("counter", "prepaid")

section("预约挂号", "Booking", "booking.")
section("候补", "Waiting list", "waitlist.")

MAX_ADVANCE_DAYS = define(
    Setting(
        "booking.max_advance_days",
        3,
        "预约最多提前天数",
        "Days ahead that can be booked",
        minimum=1,
        maximum=90,
    )
)
RELEASE_MINUTE = define(
    Setting(
        "booking.release_minute",
        0,
        "放号时间(当日零点起的分钟数)",
        "Minute of the day at which the last bookable day opens",
        minimum=0,
        maximum=1_439,
    )
)
SAME_DAY_HOLD_MINUTES = define(
    Setting(
        "booking.same_day_hold_minutes",
        15,
        "锁号分钟数",
        "Minutes an unpaid number is held",
        minimum=1,
        maximum=120,
    )
)
CANCEL_CUTOFF_MINUTES = define(
    Setting(
        "booking.cancel_cutoff_minutes",
        0,
        "就诊前多少分钟停止线上退号",
        "Minutes before the slot when cancelling online ends",
        minimum=0,
        maximum=10_080,
    )
)
SAME_DAY_CANCEL_CUTOFF_MINUTES = define(
    Setting(
        "booking.same_day_cancel_cutoff_minutes",
        0,
        "今日挂号就诊前多少分钟停止线上退号",
        "Minutes before the slot when cancelling a same-day registration online ends",
        minimum=0,
        maximum=1_440,
    )
)
REFUND_COUNTER_NOTE = define(
    Setting(
        "booking.refund_counter_note",
        "请先补打挂号发票,携带就诊卡和发票到窗口办理",
        "窗口退号须知",
        "What to bring for a refund at the counter",
    )
)
ADVANCE_PAY_TIMING = define(
    Setting(
        "booking.advance_pay_timing",
        "counter",
        "预约挂号付费时点",
        "When advance bookings are paid",
        choices=PAY_TIMINGS,
    )
)
SAME_DAY_PAY_TIMING = define(
    Setting(
        "booking.same_day_pay_timing",
        "prepaid",
        "今日挂号付费时点",
        "When same-day registrations are paid",
        choices=PAY_TIMINGS,
    )
)
ATTEMPTS_PER_MINUTE = define(
    Setting(
        "booking.attempts_per_minute",
        30,
        "每个账号每分钟挂号请求上限(0 = 不限)",
        "Booking attempts of an account per minute (0 = unlimited)",
        minimum=0,
        maximum=1000,
    )
)
NO_SHOW_LIMIT = define(
    Setting(
        "booking.no_show_limit",
        3,
        "爽约多少次后停止预约(0 = 不停)",
        "Missed appointments that suspend a patient (0 = never)",
        minimum=0,
        maximum=20,
    )
)
NO_SHOW_DAYS = define(
    Setting(
        "booking.no_show_days",
        90,
        "统计爽约的天数",
        "Days over which missed appointments are counted",
        minimum=1,
        maximum=366,
    )
)
SUSPENSION_DAYS = define(
    Setting(
        "booking.suspension_days",
        30,
        "爽约后停止预约的天数",
        "Days a patient is suspended after missed appointments",
        minimum=1,
        maximum=366,
    )
)
MAX_RESCHEDULES = define(
    Setting(
        "booking.max_reschedules",
        2,
        "患者线上改期次数上限",
        "How often a patient may move a booking online",
        minimum=0,
        maximum=20,
    )
)
REMINDER_HOURS = define(
    Setting(
        "booking.reminder_hours",
        12,
        "挂号后至少多少小时才发就诊提醒",
        "Hours after a booking before which its reminder is not sent",
        minimum=0,
        maximum=72,
    )
)
WAITLIST_OFFER_MINUTES = define(
    Setting(
        "waitlist.offer_minutes",
        30,
        "候补号保留分钟数",
        "Minutes an offered number is kept for a patient of the waiting list",
        minimum=1,
        maximum=1_440,
    )
)
WAITLIST_MAX_ENTRIES = define(
    Setting(
        "waitlist.max_entries",
        5,
        "每位患者候补登记上限",
        "Live waiting-list entries of a patient",
        minimum=1,
        maximum=50,
    )
)
WAITLIST_BY_PRIORITY = define(
    Setting(
        "waitlist.by_priority",
        False,
        "候补可设优先级",
        "Staff may let a patient of the waiting list come first",
    )
)
