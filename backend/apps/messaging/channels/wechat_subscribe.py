"""Mini-program subscribe messages: one consent of the user is one message."""

from apps.identity.adapters.wechat import WeChatClient
from apps.identity.adapters.wechat_errors import WeChatError
from apps.messaging.channels.base import OutgoingMessage, SendResult
from apps.messaging.channels.wechat_failures import channel_error


class WeChatSubscribeChannel:
    """`state` is the mini-program version that a message opens: formal, trial or developer."""

    def __init__(self, client: WeChatClient, state: str = "formal") -> None:
        self._client = client
        self._state = state

    def send(self, message: OutgoingMessage) -> SendResult:
        """`recipient` is a mini-program openid. WeChat gives these messages no number, and sends repeats twice."""
        try:
            self._client.send_subscribe_message(
                message.recipient, message.template, message.params, page=message.page, state=self._state
            )
        except WeChatError as error:
            raise channel_error(error) from error
        return SendResult()
