from apps.messaging.models.message import AttemptOutcome
from apps.messaging.models.template import Channel
from apps.messaging.scenes import SCENES
from apps.messaging.states import MessageState
from kernel.words import Key, ValueWords, keys, known, objects, of, operations, properties, resources, values

properties(
    accepted=("已同意", "Accepted"), channel=("渠道", "Channel"), delivered=("已送达", "Delivered"),
    delivered_at=("送达时间", "Delivered"), error_code=("错误码", "Error code"),
    error_detail=("错误详情", "What went wrong"), fields_map=("字段对照", "Fields"),
    provider_id=("服务商消息标识", "Provider's id"),
    provider_template_id=("服务商模板标识", "Provider's template id"), queued=("排队中", "Queued"),
    recipient=("接收方", "Recipient"), report_code=("回执码", "Report code"), reported_at=("回执时间", "Reported"),
    scene=("场景", "Scene"), sending=("发送中", "Sending"), sent_at=("发送时间", "Sent"),
    template_id=("模板", "Template"), template_ids=("模板列表", "Templates"), tries=("尝试次数", "Tries"),
    urgent=("紧急", "Urgent"), unread=("未读", "Unread"),
)  # fmt: skip
of("ConsentLeft", left=("剩余可发次数", "Messages left"))

FIELDS = {
    "patient": ("患者", "Patient"), "hospital": ("医院", "Hospital"), "department": ("科室", "Department"),
    "doctor": ("医生", "Doctor"), "time": ("时间", "Time"), "previous": ("原安排", "What it was before"),
    "number": ("号码", "Number"), "room": ("诊室", "Room"), "deadline": ("截止时间", "Deadline"),
    "amount": ("金额", "Amount"), "balance": ("余额", "Balance"), "items": ("项目", "Items"),
    "order": ("订单号", "Order number"), "voucher": ("凭证号", "Voucher number"), "way": ("退费途径", "Way back"),
    "refund_no": ("退费单号", "Refund number"), "reason": ("原因", "Reason"), "result": ("结果", "Result"),
    "note": ("说明", "Note"), "charged": ("费用合计", "Charged"), "returned": ("退回金额", "Returned"),
    "missing": ("待补缴", "To be paid"), "paid": ("补缴金额", "Paid at last"),
}  # fmt: skip


def _field_keys() -> dict[str, Key]:
    """The data of all scenes, each key with the scenes that give it."""
    return {
        key: Key(*words, {"scene": tuple(code for code, scene in SCENES.items() if key in scene.keys)})
        for key, words in FIELDS.items()
    }


keys(_field_keys, "fields_map")


def scene_words() -> dict[str, ValueWords]:
    """Every scene by its code."""
    return {code: ValueWords(scene.title, scene.en) for code, scene in SCENES.items()}


known(
    "MessageScene", scene_words, "scene", "Message", "MessageTemplate", "messages_list", "message_templates_list",
    "message_templates_options_list",
)  # fmt: skip

resources(
    messages=("消息记录", "message", "messages"),
    message_templates=("消息模板", "message template", "message templates"),
    messages_attempts=("发送记录", "attempt to send", "attempts to send"),
    messages_templates=("订阅消息模板", "subscription template", "subscription templates"),
)  # fmt: skip

operations(
    messages_counters=("消息统计", "Count messages"), messages_retry=("重发消息", "Send messages again"),
    messages_read=("标记消息已读", "Mark a message as read"),
    messages_consents=("上报订阅授权", "Report consent to messages"),
)  # fmt: skip

values(Channel, {
    "wechat_subscribe": ("微信订阅消息", "WeChat subscription"),
    "wechat_template": ("公众号模板消息", "Official account"), "sms": ("短信", "SMS"),
})  # fmt: skip
values(AttemptOutcome, {
    "open": ("发送中", "Open", "info"), "accepted": ("已受理", "Accepted", "success"),
    "refused": ("被拒绝", "Refused", "danger"), "temporary": ("暂时失败", "Failed for now", "warning"),
    "unknown": ("结果未知", "Unknown", "warning"),
})  # fmt: skip
values(MessageState, {
    "queued": ("排队中", "Queued", "info"), "sending": ("发送中", "Being sent", "info"),
    "sent": ("已发送", "Sent", "success"), "delivered": ("已送达", "Delivered", "success"),
    "failed": ("发送失败", "Failed", "danger"), "dead": ("已放弃", "Given up", "danger"),
})  # fmt: skip

objects({
    "messaging.messagetemplate": ("消息模板", "Message template"),
})  # fmt: skip
