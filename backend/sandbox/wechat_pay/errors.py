"""Error codes of APIv3, with their HTTP statuses and texts. Failures are not signed."""

from sandbox.wire import Response, reply

CODES = {
    "APPID_MCHID_NOT_MATCH": (400, "appid和mch_id不匹配，请检查后再试"),
    "INVALID_REQUEST": (400, "请求参数符合参数格式，但不符合业务规则"),
    "MCH_NOT_EXISTS": (400, "商户号不存在"),
    "NO_STATEMENT_EXIST": (400, "账单文件不存在"),
    "ORDER_CLOSED": (400, "该订单已关闭"),
    "ORDER_PAID": (400, "该订单已支付"),
    "PARAM_ERROR": (400, "参数错误"),
    "STATEMENT_CREATING": (400, "账单生成中"),
    "SIGN_ERROR": (401, "签名错误，请检查后再试"),
    "NO_AUTH": (403, "商户无权限"),
    "NOT_ENOUGH": (403, "基本账户余额不足，请充值后重新发起"),
    "OUT_TRADE_NO_USED": (403, "商户订单号重复"),
    "RULE_LIMIT": (403, "业务规则限制"),
    "USER_ACCOUNT_ABNORMAL": (403, "用户账户异常"),
    "ORDER_NOT_EXIST": (404, "订单不存在"),
    "RESOURCE_NOT_EXISTS": (404, "退款单不存在"),
    "FREQUENCY_LIMITED": (429, "频率超限"),
    "SYSTEM_ERROR": (500, "系统错误，请稍后重试"),
}


class PayFailure(Exception):
    """Answered as `{"code", "message"}` with the code's HTTP status."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.status, text = CODES.get(code, (400, code))
        self.message = message or text


def failure(error: PayFailure) -> Response:
    return reply({"code": error.code, "message": error.message}, error.status)
