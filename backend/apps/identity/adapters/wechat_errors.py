"""What WeChat's refusals mean to a caller. Source: WeChat's global return codes."""

TEMPORARY_CODES = frozenset({-1, 45009, 45011, 45047, 50002, 61024})
REJECTED_TOKEN_CODES = frozenset({40001, 40014, 42001})
INVALID_CODE_CODES = frozenset({40029, 40163, 41008})


class WeChatError(Exception):
    """`code` is WeChat's errcode as text, or ours: timeout, connection, http_500, bad_reply, token_busy."""

    def __init__(self, code: str | int, detail: str = "") -> None:
        super().__init__(f"WeChat {code}: {detail}".rstrip(": "))
        self.code = str(code)
        self.detail = detail


class WeChatTemporaryError(WeChatError):
    """Trying again later can help. `outcome_unknown`: WeChat may have done the work all the same."""

    def __init__(self, code: str | int, detail: str = "", *, outcome_unknown: bool = False) -> None:
        super().__init__(code, detail)
        self.outcome_unknown = outcome_unknown


class WeChatPermanentError(WeChatError):
    """The same call fails again."""


class WeChatInvalidCodeError(WeChatPermanentError):
    """The login or phone code is unknown, used or too old: the mini-program must ask for a new one."""


def error_for(errcode: int, errmsg: str) -> WeChatError:
    if errcode in TEMPORARY_CODES:
        return WeChatTemporaryError(errcode, errmsg)
    if errcode in INVALID_CODE_CODES:
        return WeChatInvalidCodeError(errcode, errmsg)
    return WeChatPermanentError(errcode, errmsg)
