"""What patients are told by this app."""

from apps.messaging.scenes import scene

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
    en="Appointment booked",
)
scene(
    "registration_paid",
    "挂号成功",
    "{patient}您好,您已成功挂号:{hospital}{department}{doctor},就诊时间{time},号序{number},请按时取号候诊。",
    VISIT | {"number": "character_string6"},
    en="Registration paid",
)
scene(
    "appointment_reminder",
    "就诊提醒",
    "{patient}您好,明天请按时就诊:{time},{hospital}{department}{doctor}。如不能前来,请提前退号。",
    VISIT,
    en="Reminder",
)
scene(
    "appointment_cancelled",
    "预约取消",
    "{patient}您好,您在{hospital}{department}{doctor}的预约({time})已取消。",
    VISIT,
    en="Appointment cancelled",
)
scene(
    "appointment_expired",
    "预约失效",
    "{patient}您好,您在{hospital}{department}{doctor}的预约({time})因超时未支付已失效,号源已释放。",
    VISIT,
    en="Appointment lapsed",
)
scene(
    "session_substituted",
    "替诊通知",
    "{patient}您好,您在{hospital}{department}的预约({time})改由{doctor}医生接诊,原{previous}医生停诊;就诊时间和号序不变。",
    VISIT | {"previous": "thing6"},
    en="Another doctor",
)
scene(
    "appointment_moved",
    "改期通知",
    "{patient}您好,您在{hospital}{department}原定{previous}的就诊因停诊调整为{doctor},就诊时间{time},号序{number}。",
    VISIT | {"previous": "time6", "number": "character_string7"},
    en="Appointment moved by the hospital",
)
scene(
    "appointment_changed",
    "改期成功",
    "{patient}您好,您在{hospital}{department}的预约已由{previous}改为{time}({doctor}),号序{number}。",
    VISIT | {"previous": "time6", "number": "character_string7"},
    en="Appointment rescheduled",
)
scene(
    "booking_suspended",
    "停止预约",
    "{patient}您好,因多次未按时就诊等原因,您在{hospital}的预约资格已暂停至{time},如有疑问可在小程序申诉。",
    {"patient": "thing1", "hospital": "thing2", "time": "time3"},
    page="pages/suspensions/index",
    en="Booking suspended",
)
scene(
    "appeal_decided",
    "申诉结果",
    "{patient}您好,您在{hospital}的预约资格申诉{result}。",
    {"patient": "thing1", "hospital": "thing2", "result": "thing3"},
    page="pages/suspensions/index",
    en="Appeal decided",
)
scene(
    "waitlist_offer",
    "候补成功提醒",
    "{patient}您好,{hospital}{department}{doctor}({time})有号为您保留至{deadline},请在此之前确认,逾期将给下一位。",
    VISIT | {"deadline": "time6"},
    page="pages/waitlist/index",
    en="Offer from the waiting list",
)
