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
