from apps.access.codes import give, module, resource

module("messaging", "消息", "Messages", 70)
resource("messaging", "message", "消息记录", ("list",), retry="重发消息")
resource("messaging", "template", "消息模板", ("list", "add", "change", "delete"))

give("clerk", "messaging.message.list")
