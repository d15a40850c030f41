"""What every channel does with one message, and the ways it can fail. Channels know no models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message to one recipient.

    `message_id`: ours, a UUID in text; `recipient`: mobile number or openid; `template`: the provider's template id;
    `params`: template variable → text; `page`: path in the mini-program that the message opens, may be empty.
    """

    message_id: str
    recipient: str
    template: str
    params: Mapping[str, str] = field(default_factory=dict)
    page: str = ""


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider accepted the message. `provider_id` is its number for it, empty where it gives none."""

    provider_id: str = ""


class Channel(Protocol):
    def send(self, message: OutgoingMessage) -> SendResult:
        """Raises TemporaryChannelError or PermanentChannelError."""


class ChannelError(Exception):
    """`code` is the provider's, or ours: timeout, connection, http_500, bad_reply."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}".rstrip(": "))
        self.code = code
        self.detail = detail


class TemporaryChannelError(ChannelError):
    """Try again, not before `retry_after` seconds when given.

    `outcome_unknown`: the message may have left all the same. A retry can then reach the recipient twice, unless
    the provider drops repeats (template messages do, subscribe messages and SMS do not).
    """

    def __init__(
        self, code: str, detail: str = "", *, retry_after: float | None = None, outcome_unknown: bool = False
    ) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


class PermanentChannelError(ChannelError):
    """The same message fails again."""


class NoConsentError(PermanentChannelError):
    """The recipient has not agreed, or not any more, to get this here: another channel may reach them."""
