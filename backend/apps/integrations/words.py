from apps.integrations.event_types import EVERY, TEST, WebhookEventType
from apps.integrations.models import AttemptError, DisabledBecause
from apps.integrations.states import DeliveryState, EndpointState
from kernel.words import objects, of, operations, properties, references, resources, values

properties(
    endpoint_id=("接收地址", "Endpoint"), endpoint_name=("接收地址名称", "Endpoint"),
    event_type=("事件类型", "Type of event"), event_types=("事件类型", "Types of events"),
    disabled_because=("停用原因", "Disabled because"), disabled_at=("停用时间", "Disabled"),
    previous_until=("旧密钥有效至", "The old secret signs until"), last_sequence=("最新序号", "Last number"),
    sequence=("序号", "Number"), failures=("连续失败次数", "Failures in a row"),
    failing_since=("持续失败起", "Failing since"), last_failed_at=("最近失败", "Last failure"),
    last_delivered_at=("最近送达", "Last delivery"), held_until=("暂缓至", "Held until"),
    notices=("已提醒次数", "Notices"), replays=("补发次数", "Replays"), last_status=("最近应答", "Last status"),
    last_error=("最近错误", "Last error"), duration_ms=("耗时(毫秒)", "Milliseconds"), reply=("应答内容", "Reply"),
    missing_only=("只补发未送达的", "Only what never arrived"), replayed=("补发数量", "Replayed"),
    next_since=("下次起点", "Go on from"),
)  # fmt: skip
of("WebhookEndpoint", "WebhookEndpointCreate", "OwnEndpoint", "OwnEndpointCreate", name=("名称", "Name"))
of("WebhookDeliveryDetail", "OwnDeliveryDetail", attempts=("尝试记录", "Attempts"), body=("推送内容", "Body"))
of(
    "WebhookDelivery",
    "WebhookDeliveryDetail",
    "OwnDelivery",
    "OwnDeliveryDetail",
    due_at=("下次尝试", "Next try"),
)
of("WebhookAttempt", "OwnAttempt", status=("应答状态码", "HTTP status"), error=("错误", "Error"))
references("webhook_endpoints", "endpoint_id")

resources(
    webhook_endpoints=("接收地址", "webhook endpoint", "webhook endpoints"),
    webhook_deliveries=("投递记录", "webhook delivery", "webhook deliveries"),
)
operations(
    webhook_endpoints_rotate_secret=("更换推送密钥", "Give a new secret"),
    webhook_endpoints_enable=("启用", "Enable"),
    webhook_endpoints_disable=("停用", "Disable"),
    webhook_endpoints_retire=("注销", "Retire"),
    webhook_endpoints_test=("发送测试事件", "Send a test"),
    webhook_endpoints_replay=("补发一段时间的事件", "Replay a range of time"),
    webhook_deliveries_replay=("重新投递", "Send once more"),
)
values(EndpointState, {
    "active": ("启用", "Active", "success"), "disabled": ("停用", "Disabled", "danger"),
    "retired": ("已注销", "Retired"),
})  # fmt: skip
values(DeliveryState, {
    "pending": ("等待投递", "Waiting", "info"), "delivering": ("投递中", "Being sent", "info"),
    "delivered": ("已送达", "Delivered", "success"), "retrying": ("等待重试", "To be tried again", "warning"),
    "exhausted": ("多次失败", "Given up", "danger"), "cancelled": ("已取消", "Cancelled"),
})  # fmt: skip
values(DisabledBecause, {
    "by_hand": ("人工停用", "By hand"), "gone": ("接收方已关闭(410)", "The receiver is gone (410)"),
    "failing": ("连续 5 天失败", "Five days of failures"),
})  # fmt: skip
values(AttemptError, {
    "name": ("域名无法解析", "The host has no address"), "address": ("地址不允许", "The address is not allowed"),
    "connection": ("无法连接", "No connection"), "tls": ("证书或加密错误", "TLS"), "timeout": ("超时", "Time-out"),
    "protocol": ("应答无法识别", "No HTTP"), "redirect": ("跳转(不跟随)", "A redirect, which is not followed"),
    "status": ("应答状态码不是 2xx", "The status is no 2xx"),
})  # fmt: skip
values(
    WebhookEventType,
    {each.code: (each.zh, each.en) for each in EVERY} | {TEST: ("测试", "A test")},
)
objects({"integrations.webhookendpoint": ("接收地址", "Webhook endpoint")})
