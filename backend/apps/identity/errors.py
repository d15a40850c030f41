from kernel.errors import DomainError


class InvalidCredentials(DomainError):
    """The same for an unknown name, a wrong password, a wrong second factor and an account that may not sign in."""

    code, status = "invalid_credentials", 401
    zh, en = "用户名、密码或验证码不正确", "The user name, password or verification code is not correct."


class SecondFactorRequired(DomainError):
    """The password was right; the account also needs `totp_code` or `recovery_code`."""

    code, status = "second_factor_required", 401
    zh, en = "请输入动态验证码", "A verification code is required."


class AccountLocked(DomainError):
    """Too many failures; Retry-After says when the next attempt counts."""

    code, status = "account_locked", 429
    zh, en = "失败次数过多,账号已暂时锁定", "Too many failures: the account is locked for a while."


class CurrentPasswordWrong(DomainError):
    code, status = "current_password_wrong", 400
    zh, en = "当前密码不正确", "The current password is not correct."


class WeakPassword(DomainError):
    """`reasons` are the codes of the rules it breaks."""

    code, status = "weak_password", 400
    members = ("reasons",)
    zh, en = "新密码不符合要求", "The new password does not meet the rules."


class TotpAlreadyEnabled(DomainError):
    code, status = "totp_already_enabled", 409
    zh, en = "已启用动态验证码", "The second factor is already on."


class TotpCodeInvalid(DomainError):
    code, status = "totp_code_invalid", 400
    zh, en = "动态验证码不正确", "The verification code is not correct."


class OwnPlacement(DomainError):
    """Where somebody works decides whose data he reaches: another person arranges it."""

    code, status = "own_placement", 403
    zh, en = (
        "不能改变自己的任职,也不能改变自己所属机构下的科室,请由他人操作",
        "You cannot change where you work yourself, or what belongs to your own unit; ask another person.",
    )


class OwnSecondFactor(DomainError):
    code, status = "own_second_factor", 403
    zh, en = (
        "不能重置自己的动态验证码,请由他人操作",
        "You cannot reset your own second factor; ask another person.",
    )


class OrgUnitCycle(DomainError):
    code, status = "org_unit_cycle", 409
    zh, en = "不能移动到自己的下级部门", "A unit cannot be moved below itself."


class UnknownSetting(DomainError):
    code, status = "unknown_setting", 400
    zh, en = "没有这个设置项", "There is no such setting."


class PictureInvalid(DomainError):
    code, status = "picture_invalid", 400
    zh, en = "仅支持 PNG、JPEG 或 WebP 图片", "Only PNG, JPEG and WebP pictures are accepted."


class PictureTooLarge(DomainError):
    code, status = "picture_too_large", 413
    members = ("limit", "pixels")
    zh, en = "图片过大", "The picture is too large."


class StaffHasAccount(DomainError):
    code, status = "staff_has_account", 409
    zh, en = "该员工已有登录账号", "This member of staff already has an account."


class StaffHasNoAccount(DomainError):
    code, status = "staff_has_no_account", 409
    zh, en = "该员工没有登录账号", "This member of staff has no account."


class SystemDictionary(DomainError):
    code, status = "system_dictionary", 409
    zh, en = "系统字典不能删除", "A dictionary of the product can be extended but not deleted."


class WeChatCodeInvalid(DomainError):
    """The mini-program must ask WeChat for a new code."""

    code, status = "wechat_code_invalid", 400
    zh, en = "微信授权码无效,请重试", "The WeChat code is not valid; please try again."


class WeChatUnavailable(DomainError):
    code, status = "wechat_unavailable", 503
    zh, en = "微信服务暂时不可用,请稍后再试", "WeChat is not available at the moment; try again later."


class PhoneNotMainland(DomainError):
    code, status = "phone_not_mainland", 400
    zh, en = "仅支持中国大陆手机号", "Only mobile numbers of mainland China are accepted."


class LastAdministrator(DomainError):
    code, status = "last_administrator", 409
    zh, en = "必须保留至少一名集团管理员", "At least one group administrator must remain."


class CalendarYearUnknown(DomainError):
    """`first_year` to `last_year` are known."""

    code, status = "calendar_year_unknown", 409
    members = ("year", "first_year", "last_year")
    zh, en = (
        "尚无{year}年的节假日安排(已知{first_year}至{last_year}年),请等待发布或手工录入",
        "The public holidays of {year} are not known ({first_year} to {last_year} are); wait or enter them by hand.",
    )
