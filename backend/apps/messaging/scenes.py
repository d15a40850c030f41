"""What patients are told about, declared in code: the words of the inbox and the usual fields of each provider."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.messaging.models import Channel


@dataclass(frozen=True, slots=True)
class Scene:
    """`keys`: data the caller gives, used in `text` as {key}. `fields`: channel → our key → the provider's field."""

    code: str
    title: str
    text: str
    keys: tuple[str, ...]
    fields: Mapping[str, Mapping[str, str]]
    page: str = "pages/appointments/index"


SCENES: dict[str, Scene] = {}


def scene(code: str, title: str, text: str, wechat: Mapping[str, str], page: str | None = None) -> Scene:
    """Declare a scene; `wechat` maps its data keys to fields of subscribe and template messages."""
    plain = {key: key for key in wechat}
    fields = {Channel.WECHAT_SUBSCRIBE: wechat, Channel.WECHAT_TEMPLATE: wechat, Channel.SMS: plain}
    extra = {} if page is None else {"page": page}
    SCENES[code] = Scene(code, title, text, tuple(wechat), {str(k): v for k, v in fields.items()}, **extra)
    return SCENES[code]


VISIT = {
    "patient": "thing1",
    "hospital": "thing2",
    "department": "thing3",
    "doctor": "thing4",
    "time": "time5",
}

scene(
    "appointment_booked",
    "预约成功",
    "{patient}您好,您已成功预约{hospital}{department}{doctor},就诊时间{time}。",
    VISIT,
)
scene(
    "registration_paid",
    "挂号成功",
    "{patient}您好,您已成功挂号:{hospital}{department}{doctor},就诊时间{time},号序{number},请按时取号候诊。",
    VISIT | {"number": "character_string6"},
)
scene(
    "appointment_reminder",
    "就诊提醒",
    "{patient}您好,明天请按时就诊:{time},{hospital}{department}{doctor}。如不能前来,请提前退号。",
    VISIT,
)
scene(
    "appointment_cancelled",
    "预约取消",
    "{patient}您好,您在{hospital}{department}{doctor}的预约({time})已取消。",
    VISIT,
)
scene(
    "appointment_expired",
    "预约失效",
    "{patient}您好,您在{hospital}{department}{doctor}的预约({time})因超时未支付已失效,号源已释放。",
    VISIT,
)
scene(
    "session_substituted",
    "替诊通知",
    "{patient}您好,您在{hospital}{department}的预约({time})改由{doctor}医生接诊,原{previous}医生停诊;就诊时间和号序不变。",
    VISIT | {"previous": "thing6"},
)
scene(
    "appointment_moved",
    "改期通知",
    "{patient}您好,您在{hospital}{department}原定{previous}的就诊因停诊调整为{doctor},就诊时间{time},号序{number}。",
    VISIT | {"previous": "time6", "number": "character_string7"},
)
scene(
    "queue_called",
    "叫号通知",
    "{patient}您好,请到{room}就诊:{hospital}{department}{doctor},您的排队号{number}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "department": "thing3",
        "doctor": "thing4",
        "number": "character_string5",
        "room": "thing6",
    },
    page="pages/queue/index",
)

scene(
    "booking_suspended",
    "停止预约",
    "{patient}您好,因多次未按时就诊等原因,您在{hospital}的预约资格已暂停至{time},如有疑问可在小程序申诉。",
    {"patient": "thing1", "hospital": "thing2", "time": "time3"},
    page="pages/suspensions/index",
)
scene(
    "appeal_decided",
    "申诉结果",
    "{patient}您好,您在{hospital}的预约资格申诉{result}。",
    {"patient": "thing1", "hospital": "thing2", "result": "thing3"},
    page="pages/suspensions/index",
)
scene(
    "appointment_changed",
    "改期成功",
    "{patient}您好,您在{hospital}{department}的预约已由{previous}改为{time}({doctor}),号序{number}。",
    VISIT | {"previous": "time6", "number": "character_string7"},
)
scene(
    "waitlist_offer",
    "候补成功提醒",
    "{patient}您好,{hospital}{department}{doctor}({time})有号为您保留至{deadline},请在此之前确认,逾期将给下一位。",
    VISIT | {"deadline": "time6"},
    page="pages/waitlist/index",
)
scene(
    "bill_issued",
    "待缴费提醒",
    "{patient}您好,您在{hospital}有新的待缴费用{amount}({items}),请在小程序查看明细并缴费。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "items": "thing4"},
    page="pages/bills/index",
)
scene(
    "bill_paid",
    "缴费成功",
    "{patient}您好,您已在{hospital}缴费{amount}({items}),缴费时间{time},凭证号{voucher},凭此到药房取药或检查。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "items": "thing4",
        "time": "time5",
        "voucher": "character_string6",
    },
    page="pages/bills/index",
)
scene(
    "card_topped_up",
    "充值成功",
    "{patient}您好,您在{hospital}的就诊卡已充值{amount},当前余额{balance}。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "balance": "amount4", "time": "time5"},
    page="pages/cards/index",
)
scene(
    "deposit_received",
    "押金到账",
    "{patient}您好,{hospital}已收到住院号{number}的住院押金{amount},缴纳时间{time}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "number": "character_string3",
        "amount": "amount4",
        "time": "time5",
    },
    page="pages/admissions/index",
)
scene(
    "refund_succeeded",
    "退费成功",
    "{patient}您好,您在{hospital}的退费{amount}已退回({way}),退费单号{refund_no}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "way": "thing4",
        "refund_no": "character_string5",
    },
    page="pages/refunds/index",
)
scene(
    "refund_failed",
    "退费未成功",
    "{patient}您好,您在{hospital}的退费{amount}未能退回,医院将尽快处理,退费单号{refund_no}。",
    {"patient": "thing1", "hospital": "thing2", "amount": "amount3", "refund_no": "character_string4"},
    page="pages/refunds/index",
)
scene(
    "payment_returned",
    "支付退回",
    "{patient}您好,您在{hospital}支付的{amount}({order})未能生效({reason}),款项将按原路自动退回,无需操作。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "amount": "amount3",
        "order": "character_string4",
        "reason": "thing5",
    },
    page="pages/payments/index",
)
