from apps.identity.settings import Setting, define

PAY_TIMINGS = ("counter", "prepaid")

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
