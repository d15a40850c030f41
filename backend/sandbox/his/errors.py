"""Failures as the HIS words them: `{"code", "message"}` with a status that says whether it is final.

404, 409 and 422 are business answers and final; 400, 401, 429 and 5xx say that the call itself went wrong.
"""

from sandbox.wire import Response, reply

KNOWN: dict[str, tuple[int, str]] = {
    "BAD_REQUEST": (400, "请求格式错误"),
    "APP_UNKNOWN": (401, "应用未登记"),
    "SIGN_ERROR": (401, "签名错误"),
    "TIMESTAMP_EXPIRED": (401, "请求时间超出允许范围"),
    "NONCE_INVALID": (401, "随机串格式错误或已被使用"),
    "TOO_MANY_REQUESTS": (429, "请求过于频繁"),
    "SYSTEM_BUSY": (503, "系统繁忙"),
    "BILL_NOT_FOUND": (404, "账单不存在"),
    "ORDER_NOT_FOUND": (404, "支付单不存在"),
    "BILL_NOT_READY": (409, "账单尚未生成"),
    "AMOUNT_MISMATCH": (409, "金额不一致"),
    "BILL_NOT_OPEN": (409, "账单已结清或已作废"),
    "NOT_REFUNDABLE": (409, "超过可退金额"),
    "ORDER_CONFLICT": (409, "支付单号已用于其他内容"),
    "ORDER_REFUNDED": (409, "支付单已有退款，不能撤销"),
    "ORDER_WITHDRAWN": (409, "支付单已撤销"),
    "PATIENT_MISMATCH": (409, "账单不属于该患者"),
    "REFUND_CONFLICT": (409, "退款单号已用于其他内容"),
}
BUSINESS = 409


class HisFailure(Exception):
    """`code` of KNOWN, or any other, which is then a business refusal."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.status, known = KNOWN.get(code, (BUSINESS, "不允许"))
        self.text = text or known

    def response(self) -> Response:
        return reply({"code": self.code, "message": self.text}, self.status)
