"""Official-account template messages to followers."""

from apps.identity.adapters.wechat import WeChatClient
from apps.identity.adapters.wechat_errors import WeChatError
from apps.messaging.channels.base import OutgoingMessage, SendResult
from apps.messaging.channels.wechat_failures import channel_error


class WeChatTemplateChannel:
    """`mini_program_app_id`: the mini-program in which a message's `page` opens."""

    def __init__(self, client: WeChatClient, mini_program_app_id: str) -> None:
        self._client = client
        self._mini_program_app_id = mini_program_app_id

    def send(self, message: OutgoingMessage) -> SendResult:
        """`recipient` is an openid of the official account. A retry within 10 minutes is not sent twice."""
        target = {"appid": self._mini_program_app_id, "pagepath": message.page} if message.page else None
        try:
            msgid = self._client.send_template_message(
                message.recipient,
                message.template,
                message.params,
                # WeChat's repeat check takes 32 characters; a UUID with its dashes has 36.
                client_msg_id=message.message_id.replace("-", ""),
                mini_program=target,
            )
        except WeChatError as error:
            raise channel_error(error) from error
        return SendResult(provider_id=msgid)
