from kernel.errors import DomainError, Expectation


class PlatformNotOffered(DomainError):
    """`platform`: unknown, or a slot that is switched off."""

    code, status = "receipt_platform_not_offered", 409
    members = ("platform",)
    zh, en = "该票据平台未开放", "This receipt platform is not available."


class PaperNotPrinted(DomainError):
    """Numbered forms are on, and none stands for the bill: the invoice is printed first."""

    code, status = "receipt_paper_not_printed", 409
    zh, en = "请先在纸质票据上打印发票,再换开", "Print the invoice on a numbered form first, then exchange."


class PlatformSaidNo(DomainError):
    """`platform_code`, `platform_text`: the platform's own words."""

    code, status = "receipt_platform_refused", 409
    members = ("platform_code", "platform_text")
    zh, en = (
        "票据平台拒绝:{platform_text}({platform_code})",
        "The platform refused: {platform_text} ({platform_code})",
    )


CONFIG_VALUE = Expectation(
    "receipt_config_value",
    "该票据平台的配置项,须为文本,最长 500 个字符",
    "A setting of this platform, a text of 500 characters at most.",
)
CHARGE_CODES = Expectation(
    "receipt_charge_codes",
    "费用类别到当地收费项目编码的对照,编码最长 32 个字符",
    "Categories of fees, each with the regional charge code of 32 characters at most.",
)
NOT_TODAY = Expectation(
    "receipt_check_day", "须为今天之前、一年以内的日期", "A day before today, and within a year."
)
