"""What WeChat Pay's refusals mean. Source: the error code tables of APIv3.

Old and new documents spell some codes with and without underscores: they are compared without.
"""

from apps.payments.channels.base import ChannelError, PermanentChannelError, TemporaryChannelError

#: Nothing was done, and the same request can succeed later: NOT_ENOUGH once the merchant's account is filled up.
LATER = frozenset(
    {
        "NOTENOUGH", "RULELIMIT", "USERPAYING", "BANKERROR", "SYSTEMERROR",
        "FREQUENCYLIMITED", "FREQUENCYLIMITEXCEED", "RATELIMITEXCEED", "RATELIMITEXCEEDED",
    }
)  # fmt: skip
#: Of those, the ones that may have been said of a request that is being worked on.
UNSURE = LATER - {"NOTENOUGH", "RULELIMIT", "USERPAYING"}


def refusal(status: int, code: str, message: str, *, effects: bool) -> ChannelError:
    """The error for an answer that is not 2xx. `effects`: the request asked for more than information."""
    code, plain = code or f"http_{status}", code.replace("_", "")
    if status == 429 or status >= 500 or status < 400 or plain in LATER:
        unsure = effects and (plain not in LATER or plain in UNSURE)
        return TemporaryChannelError(code, message, outcome_unknown=unsure)
    return PermanentChannelError(code, message)


def means(error: ChannelError, *codes: str) -> bool:
    """Whether WeChat Pay has answered one of these codes."""
    return error.code.replace("_", "") in {code.replace("_", "") for code in codes}
