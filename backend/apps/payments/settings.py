from apps.identity.settings import Setting, define, section
from kernel.targets import NETWORKS, are_private

section("支付", "Payments", "payment.")

MAX_ORDER_FEN = define(
    Setting(
        "payment.max_order_fen",
        5_000_000,
        "单笔支付上限",
        "Largest payment order",
        minimum=1,
        maximum=1_000_000_000,
    )
)
REFUND_ROUTES = ("original", "counter_cash")
REGISTRATION_REFUND_ROUTE = define(
    Setting(
        "payment.registration_refund_route",
        "counter_cash",
        "挂号费和门诊费的退费途径",
        "How registration and clinic fees that were paid online go back",
        choices=REFUND_ROUTES,
    )
)
ALARM_MINUTES = define(
    Setting(
        "payment.alarm_minutes",
        3,
        "支付成功未入账多少分钟后告警",
        "Minutes after which a paid order that is not posted raises an alarm",
        minimum=1,
        maximum=1_440,
    )
)
GIVE_UP_MINUTES = define(
    Setting(
        "payment.give_up_minutes",
        30,
        "支付成功未入账多少分钟后自动退款",
        "Minutes after which a paid order that cannot be posted is given back",
        minimum=1,
        maximum=2_880,
    )
)
TENDER_HOLD_MINUTES = define(
    Setting(
        "payment.tender_hold_minutes",
        15,
        "分笔支付未付清多少分钟后退回",
        "Minutes after which tenders go back that do not pay an order together",
        minimum=1,
        maximum=120,
    )
)
CHANNEL_NETWORKS = define(
    Setting(
        "payment.private_networks", "", "支付前置机所在的内网网段",
        "Networks within the hospital that a front end of a payment channel stands in", form=NETWORKS, fits=are_private,
    )
)  # fmt: skip
