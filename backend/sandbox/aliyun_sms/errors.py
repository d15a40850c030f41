"""Failures of the SMS API: business ones are HTTP 200 with a Code, gateway ones are HTTP 4xx."""

TEXTS = {
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
    "isv.BUSINESS_LIMIT_CONTROL": "触发业务流控",
    "isv.INVALID_JSON_PARAM": "参数格式错误，请修改为字符串值",
    "isv.INVALID_PARAMETERS": "参数异常",
    "isv.MOBILE_COUNT_OVER_LIMIT": "手机号码数量超过限制",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号码格式错误",
    "isv.SMS_SIGNATURE_ILLEGAL": "该账号下找不到对应签名",
    "isv.SMS_TEMPLATE_ILLEGAL": "该账号下找不到对应模板",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量缺少对应参数值",
    "isp.SYSTEM_ERROR": "系统错误",
    "InvalidAccessKeyId.NotFound": "Specified access key is not found.",
    "InvalidAction.NotFound": "Specified api is not found, please check your url and method.",
    "InvalidTimeStamp.Expired": "Specified time stamp or date value is expired.",
    "InvalidVersion": "Specified parameter Version is not valid.",
    "MissingParameter": "A required parameter is missing.",
    "SignatureDoesNotMatch": "Specified signature is not matched with our calculation.",
    "SignatureNonceUsed": "Specified signature nonce was used already.",
}


class SmsFailure(Exception):
    """`status` is 200 for a business code."""

    def __init__(self, code: str, text: str = "", status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.text = text or TEXTS.get(code, "error")
        self.status = status


def gateway_failure(code: str, text: str = "") -> SmsFailure:
    return SmsFailure(code, text, 404 if code.endswith(".NotFound") else 400)
