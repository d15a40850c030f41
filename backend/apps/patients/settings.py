"""Settings of a hospital about cards (rules.md 1 and 2)."""

from apps.identity.settings import Setting, define, section

section("绑卡与线上建档", "Binding of cards and filing online", "binding_", "online_filing")
section("患者查询", "Looking for patients", "exact_searches_", "import_lookups_")

MAX_SELF_BINDINGS = define(
    Setting("binding_max_self", 1, "本人就诊卡数量", "Own cards per account", minimum=0, maximum=1)
)
MAX_OTHER_BINDINGS = define(
    Setting("binding_max_other", 3, "他人就诊卡数量", "Cards of others per account", minimum=0, maximum=20)
)
BINDING_FAILURES = define(
    Setting(
        "binding_failures", 5, "绑卡失败次数上限", "Failed bindings until the lock", minimum=1, maximum=50
    )
)
BINDING_LOCK_MINUTES = define(
    Setting("binding_lock_minutes", 30, "绑卡锁定分钟数", "Minutes of the lock", minimum=1, maximum=1440)
)
BINDING_SLOW_SECONDS = define(
    Setting(
        "binding_slow_seconds", 5, "就诊卡被多次试错后的等待秒数", "Seconds to wait for a card that others failed with",
        minimum=1, maximum=60,
    )
)  # fmt: skip
ONLINE_FILING = define(
    Setting("online_filing", False, "允许线上建档", "Patients may file themselves over the net")
)
EXACT_SEARCHES_PER_MINUTE = define(
    Setting(
        "exact_searches_per_minute", 30, "每人每分钟精确查询次数",
        "Searches for a whole phone, ID or card number per person and minute", minimum=1, maximum=1000,
    )
)  # fmt: skip
IMPORT_LOOKUPS_PER_DAY = define(
    Setting(
        "import_lookups_per_day", 1000, "每人每天导入命中无权查看的患者数",
        "Patients out of reach that imports may meet on file per person and day", minimum=1, maximum=100_000,
    )
)  # fmt: skip
EXACT_SEARCHES_PER_DAY = define(
    Setting(
        "exact_searches_per_day", 1000, "每人每天精确查询次数",
        "Searches for a whole phone, ID or card number per person and day", minimum=1, maximum=100_000,
    )
)  # fmt: skip
