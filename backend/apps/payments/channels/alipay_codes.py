"""Alipay's codes, and what each says of a call. Source: the public codes and those listed with each method."""

from apps.payments.channels.base import ChannelError, PermanentChannelError, TemporaryChannelError

SUCCESS = "10000"
#: The gateway refuses before any business is done. Such replies alone may come unsigned: it knows no key to sign for.
GATEWAY_CODES = frozenset({"20000", "20001", "40001", "40002", "40003", "40005", "40006"})
_UNAVAILABLE, _CALL_LIMIT = "20000", "40005"
#: Whatever stands before it: ACQ., aop.ACQ., isp. Alipay does not know itself how it ended.
_UNSURE = ("SYSTEM_ERROR", "UNKNOW_ERROR", "UNKNOW-ERROR")

TRADE_NOT_EXIST = "ACQ.TRADE_NOT_EXIST"
TRADE_HAS_SUCCESS = "ACQ.TRADE_HAS_SUCCESS"
SELLER_BALANCE_NOT_ENOUGH = "ACQ.SELLER_BALANCE_NOT_ENOUGH"
#: Answers to a close that say: it is not waiting for the payer. A query tells what it is instead.
NOT_WAITING = frozenset(
    {
        "ACQ.TRADE_STATUS_ERROR",
        "ACQ.TRADE_HAS_SUCCESS",
        "ACQ.TRADE_HAS_FINISHED",
        "ACQ.TRADE_HAS_CLOSE",
        "ACQ.REASON_TRADE_STATUS_INVALID",
        "ACQ.REASON_ILLEGAL_STATUS",
        "ACQ.REASON_TRADE_HAS_BEEN_PAID",
    }
)
BILL_NOT_EXIST = "BILL_NOT_EXIST"


def error_for(code: str, sub_code: str, message: str) -> ChannelError:
    """The error for a reply that is no success; known by its `sub_code` where it has one."""
    name = sub_code or code
    if code == _UNAVAILABLE or name.upper().endswith(_UNSURE):
        return TemporaryChannelError(name, message, outcome_unknown=True)
    if code == _CALL_LIMIT or name.endswith("call-limited"):
        return TemporaryChannelError(name, message)
    return PermanentChannelError(name, message)
