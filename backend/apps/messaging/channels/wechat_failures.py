"""The WeChat client's errors in the words of a channel."""

from apps.identity.adapters.wechat_errors import WeChatError, WeChatTemporaryError
from apps.messaging.channels.base import (
    ChannelError,
    NoConsentError,
    PermanentChannelError,
    TemporaryChannelError,
)

NO_CONSENT = frozenset({"43101", "43004"})  # no subscribe consent left; not a follower


def channel_error(error: WeChatError) -> ChannelError:
    if isinstance(error, WeChatTemporaryError):
        return TemporaryChannelError(error.code, error.detail, outcome_unknown=error.outcome_unknown)
    if error.code in NO_CONSENT:
        return NoConsentError(error.code, error.detail)
    return PermanentChannelError(error.code, error.detail)
