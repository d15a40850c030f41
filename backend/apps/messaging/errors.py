from kernel.errors import DomainError


class UnknownTemplate(DomainError):
    code, status = "messaging_unknown_template", 400
    zh, en = "未知的消息模板", "No such message template."


class UnknownScene(DomainError):
    code, status = "messaging_unknown_scene", 400
    zh, en = "未知的消息场景", "No such message scene."
