from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("messaging", "消息", "Messages", 70)
resource("messaging", "message", "消息记录", ("list",), retry=("重发消息", "Send messages again"))
resource("messaging", "template", "消息模板", ("list", "add", "change", "delete"))

give("clerk", "messaging.message.list")

directory(
    "messaging", module="messaging", zh="消息", en="Messages", path="/messaging", icon="message", sort=70
)
page("messages", resource="messaging.message", zh="消息记录", en="Messages", path="messages",
     component="messaging/messages/index", parent="messaging", icon="inbox", sort=1)  # fmt: skip
page("message_templates", resource="messaging.template", zh="消息模板", en="Templates", path="templates",
     component="messaging/templates/index", parent="messaging", icon="file", sort=2)  # fmt: skip
