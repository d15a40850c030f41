from kernel.errors import DomainError


class PasswordChangeRequired(DomainError):
    code, status = "password_change_required", 403
    zh, en = "请先修改初始密码", "The initial password must be changed first."
