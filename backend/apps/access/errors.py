from kernel.errors import DomainError


class PasswordChangeRequired(DomainError):
    code, status = "password_change_required", 403
    zh, en = "请先修改初始密码", "The initial password must be changed first."


class GrantTooWide(DomainError):
    """Nobody gives, takes or changes rights that reach further than the own; `codes` names some that do."""

    code, status = "grant_too_wide", 403
    members = ("codes",)
    zh, en = (
        "不能授予或更改超出自己权限范围的权限",
        "You cannot give or change rights that reach further than yours.",
    )


class SystemRole(DomainError):
    code, status = "system_role", 409
    zh, en = (
        "系统角色不能修改,请复制后再改",
        "A role of the system cannot be changed; copy it and change the copy.",
    )


class MenuCycle(DomainError):
    code, status = "menu_cycle", 409
    zh, en = "上级菜单不能是自身或其下级", "A menu entry cannot stand below itself."


class AdministratorExists(DomainError):
    code, status = "administrator_exists", 409
    zh, en = "已存在管理员", "There is an administrator already."


class HandlerGone(DomainError):
    """No part of the product handles events under this name any more; `handler` is the name."""

    code, status = "handler_gone", 409
    members = ("handler",)
    zh, en = (
        "处理程序 {handler} 已不存在,无法重新投递",
        "Nothing in the product is named {handler} any more; the event cannot be delivered to it again.",
    )


class SignatureRequired(DomainError):
    """The application signs each of its requests, and this one was not."""

    code, status = "signature_required", 401
    zh, en = "该应用的请求必须签名", "Requests of this application have to be signed."


class SignatureMalformed(DomainError):
    """`header` names the one that is missing or not of its form."""

    code, status = "signature_malformed", 401
    members = ("header",)
    zh, en = (
        "签名请求头 {header} 缺失或格式不正确",
        "The header {header} of the signature is missing or not of its form.",
    )


class SignatureExpired(DomainError):
    """The request's time is more than five minutes off; `server_timestamp`: the time here, in seconds since 1970."""

    code, status = "signature_expired", 401
    members = ("server_timestamp",)
    zh, en = (
        "签名时间与服务器时间({server_timestamp})相差超过 5 分钟",
        "The time of the signature is more than 5 minutes off the server's ({server_timestamp}).",
    )


class SigningSecretMissing(DomainError):
    code, status = "signing_secret_missing", 401
    zh, en = (
        "该应用没有签名密钥,请先由医院生成",
        "The application has no signing secret; the hospital has to give it one first.",
    )


class BodyDigestMismatch(DomainError):
    code, status = "body_digest_mismatch", 401
    zh, en = (
        "请求体与 X-Yihui-Content-SHA256 不一致",
        "The body that has come is not the one that X-Yihui-Content-SHA256 names.",
    )


class SignatureMismatch(DomainError):
    code, status = "signature_mismatch", 401
    zh, en = (
        "签名不正确:请核对方法、路径与查询串(按实际发送的内容)、应用标识、时间、随机数、请求体摘要和签名密钥",
        "The signature is not correct: compare method, path?query as sent, client id, time, nonce, digest, secret.",
    )


class NonceUsed(DomainError):
    """A request counts once: a repetition is signed anew, with another nonce."""

    code, status = "nonce_used", 401
    zh, en = (
        "随机数已使用过,请换新的随机数重新签名",
        "The nonce was used before: sign again with another one.",
    )
