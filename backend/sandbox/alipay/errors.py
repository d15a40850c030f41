"""What the gateway refuses, and in which words. Source: Alipay's public and per-method error codes."""

_MESSAGES = {
    "20000": "Service Currently Unavailable",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
}
_TEXTS = {
    "isp.unknow-error": "服务暂不可用（业务系统不可用）",
    "aop.unknow-error": "服务暂不可用（网关自身的未知错误）",
    "isv.missing-method": "缺少方法名参数",
    "isv.missing-app-id": "缺少appId参数",
    "isv.missing-signature": "缺少签名参数",
    "isv.missing-signature-type": "缺少签名类型参数",
    "isv.missing-timestamp": "缺少时间戳参数",
    "isv.missing-version": "缺少版本参数",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.invalid-charset": "字符集错误",
    "isv.invalid-format": "无效的数据格式",
    "isv.invalid-method": "不存在的方法名",
    "isv.invalid-parameter": "参数无效",
    "isv.invalid-signature": "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配",
    "isv.invalid-signature-type": "无效的签名类型",
    "isv.invalid-timestamp": "无效的时间戳参数",
    "isp.bill_not_exist": "账单不存在",
    "isp.invalid_arguments": "入参有误",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "同一笔退款金额不一致",
    "ACQ.INVALID_PARAMETER": "参数无效",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "撤销或退款金额与订单金额不一致",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.SYSTEM_ERROR": "系统错误",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已经完结",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
}
_UNAVAILABLE = ("isp.unknow-error", "aop.unknow-error")
#: The gateway does not know whose key to sign for: these replies carry no signature.
UNSIGNED = ("isv.missing-app-id", "isv.invalid-app-id")


class AlipayFailure(Exception):
    """`sub_code` says what is wrong; `code` is the class of trouble that it belongs to."""

    def __init__(self, sub_code: str) -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code

    @property
    def code(self) -> str:
        if self.sub_code in _UNAVAILABLE or self.sub_code == "20000":
            return "20000"
        if self.sub_code.startswith("isv.missing-"):
            return "40001"
        return "40002" if self.sub_code.startswith("isv.") else "40004"

    @property
    def gateway(self) -> bool:
        """The gateway itself refuses: the call never reached the business."""
        return self.code != "40004"

    def body(self) -> dict[str, str]:
        sub_code = "isp.unknow-error" if self.sub_code == "20000" else self.sub_code
        return {
            "code": self.code,
            "msg": _MESSAGES[self.code],
            "sub_code": sub_code,
            "sub_msg": _TEXTS.get(sub_code, sub_code),
        }
