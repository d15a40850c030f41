from apps.identity.settings import Setting, define, section

section("住院", "Inpatients", "inpatient.")

DEPOSIT_ENABLED = define(
    Setting("inpatient.deposit_enabled", False, "开通住院押金补缴", "Inpatient deposits can be topped up")
)
DEPOSIT_MIN_FEN = define(
    Setting(
        "inpatient.deposit_min_fen",
        1_000,
        "单次押金下限",
        "Least that a deposit may be",
        minimum=1,
        maximum=1_000_000,
    )
)
DEPOSIT_MAX_FEN = define(
    Setting(
        "inpatient.deposit_max_fen",
        5_000_000,
        "单次押金上限",
        "Most that a deposit may be",
        minimum=1,
        maximum=1_000_000_000,
    )
)
LOOKUP_FAILURES = define(
    Setting(
        "inpatient.lookup_failures",
        5,
        "住院号查询失败次数上限",
        "Failed searches for an admission until the lock",
        minimum=1,
        maximum=50,
    )
)
LOOKUP_SLOW_SECONDS = define(
    Setting(
        "inpatient.lookup_slow_seconds",
        5,
        "住院号被多次试错后的等待秒数",
        "Seconds to wait for a number that others failed with",
        minimum=1,
        maximum=60,
    )
)
LOOKUP_LOCK_MINUTES = define(
    Setting(
        "inpatient.lookup_lock_minutes",
        30,
        "住院号查询锁定分钟数",
        "Minutes of the lock",
        minimum=1,
        maximum=1_440,
    )
)
LOOKUP_VALID_MINUTES = define(
    Setting(
        "inpatient.lookup_valid_minutes",
        60,
        "查到住院号后可缴押金的分钟数",
        "Minutes in which a deposit may be paid for an admission that was found",
        minimum=1,
        maximum=1_440,
    )
)
