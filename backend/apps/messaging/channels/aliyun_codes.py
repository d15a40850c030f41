"""What the SMS provider's refusals mean. Source: Aliyun's error code list of Dysmsapi 2017-05-25."""

from apps.messaging.channels.base import ChannelError, PermanentChannelError, TemporaryChannelError

LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
# The text says which of a number's limits was hit: a minute's, an hour's or a day's.
LIMIT_SECONDS = {"分钟": 60.0, "小时": 3600.0, "天": 86_400.0}
# The account is the obstacle, not the message: it goes out once the operator has topped up or unlocked it.
ACCOUNT_CODES = frozenset({"isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.ACCOUNT_ABNORMAL"})
ACCOUNT_RETRY = 600.0
SYSTEM_CODES = frozenset({"isp.SYSTEM_ERROR", "ServiceUnavailable", "InternalError", "SignatureNonceUsed"})


def channel_error(code: str, text: str) -> ChannelError:
    if code == LIMIT:
        return TemporaryChannelError(code, text, retry_after=_limit_seconds(text))
    if code in ACCOUNT_CODES:
        return TemporaryChannelError(code, text, retry_after=ACCOUNT_RETRY)
    if code in SYSTEM_CODES or code.startswith("Throttling"):
        return TemporaryChannelError(code, text)
    return PermanentChannelError(code, text)


def _limit_seconds(text: str) -> float:
    return next((seconds for level, seconds in LIMIT_SECONDS.items() if level in text), 60.0)
