"""Response codes of the ACP appendix that the stand-in gives."""

TEXTS = {
    "00": "成功",
    "01": "交易失败",
    "02": "系统未开放或暂时关闭，请稍后再试",
    "03": "交易通讯超时，请发起查询交易",
    "04": "交易状态未明，请查询对账结果",
    "05": "交易已受理，请稍后查询交易结果",
    "06": "系统繁忙，请稍后再试",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "报文交易要素缺失",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "34": "查无此交易",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "37": "已超过最大查询次数或操作过于频繁",
    "39": "交易不在受理时间范围内",
    "42": "扣款成功但交易超过规定支付时间",
    "45": "原交易已被成功退货或已被成功撤销",
    "60": "交易失败，详情请咨询您的发卡行",
    "64": "卡上的余额不足",
    "98": "文件不存在",
    "A6": "有缺陷的成功",
}


class Refusal(Exception):
    """The message is answered with `code`, and nothing is done."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def message_for(code: str, detail: str = "") -> str:
    """respMsg: UnionPay adds a seven-digit number of its own."""
    text = TEXTS.get(code, "交易失败")
    return f"{text}{f'（{detail}）' if detail else ''}[{'0000000' if code == '00' else f'26{code:0>5}'}]"
