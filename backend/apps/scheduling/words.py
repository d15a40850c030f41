"""What the values of an appointment are called in tables for people."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {"advance": "预约挂号", "same_day": "今日挂号"},
    "session__tier": {"normal": "普通", "expert": "专家"},
    "source": {
        "miniprogram": "小程序", "window": "窗口", "phone": "电话", "web": "网站", "partner": "合作方",
        "follow_up": "随访",
    },
    "state": {
        "pending": "待支付", "booked": "已预约", "checked_in": "已取号", "fulfilled": "已就诊", "cancelled": "已退号",
        "no_show": "爽约", "expired": "已失效",
    },
    "payment_status": {
        "unpaid": "未缴费", "not_required": "无需缴费", "paid_at_counter": "窗口已缴", "paid_online": "线上已缴",
        "refund_due": "待退费", "refunded": "已退费",
    },
}  # fmt: skip
