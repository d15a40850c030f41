from apps.access.codes import resource
from apps.access.menus import page

resource(
    "identity", "webhook_endpoint", "接收地址", ("list", "add", "change"),
    send=("测试与补发事件", "Send tests and replay events"),
)  # fmt: skip
resource("identity", "webhook_delivery", "投递记录", ("list",), replay=("重新投递", "Replay deliveries"))

page("webhook_endpoints", resource="identity.webhook_endpoint", zh="接收地址", en="Webhook endpoints",
     path="webhook-endpoints", component="organisation/webhook-endpoints/index", parent="system",
     icon="bell", sort=11)  # fmt: skip
page("webhook_deliveries", resource="identity.webhook_delivery", zh="投递记录", en="Webhook deliveries",
     path="webhook-deliveries", component="organisation/webhook-deliveries/index", parent="system",
     icon="list", sort=12)  # fmt: skip
