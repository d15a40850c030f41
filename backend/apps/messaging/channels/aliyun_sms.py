"""Text messages through Aliyun's published SDK.

The SDK takes about a second to import: it is loaded by the first message, not by every process. The API drops no
repeats, so nothing is retried in here, and a time-out says `outcome_unknown`: look at the delivery report first.
"""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any

from apps.messaging.channels.aliyun_codes import channel_error
from apps.messaging.channels.base import OutgoingMessage, SendResult, TemporaryChannelError

MAX_BATCH = 100
CONNECT_TIMEOUT_MS = 3_000
READ_TIMEOUT_MS = 5_000


class AliyunSmsChannel:
    """`endpoint`: host or host:port without scheme; `protocol`: https, http for the sandbox. Thread-safe."""

    def __init__(
        self,
        endpoint: str,
        protocol: str,
        access_key_id: str,
        access_key_secret: str,
        sign_name: str,
        *,
        read_timeout_ms: int = READ_TIMEOUT_MS,
    ) -> None:
        self._endpoint = endpoint
        self._protocol = protocol
        self._access_key_id = access_key_id
        self._access_key_secret = access_key_secret
        self._sign_name = sign_name
        self._read_timeout_ms = read_timeout_ms

    def send(self, message: OutgoingMessage) -> SendResult:
        """`recipient` is a mainland mobile number. The delivery report carries our message id as `out_id`."""
        from alibabacloud_dysmsapi20170525 import models

        request = models.SendSmsRequest(
            phone_numbers=message.recipient,
            sign_name=self._sign_name,
            template_code=message.template,
            template_param=_json(dict(message.params)),
            out_id=message.message_id,
        )
        return self._run(self._client.send_sms_with_options, request)

    def send_batch(self, messages: Sequence[OutgoingMessage], batch_id: str) -> SendResult:
        """Up to 100 messages of one template to different numbers: all are accepted or none.

        The reports carry `batch_id` as `out_id`, so a message is told by (provider_id, number); ValueError if the
        messages cannot be told apart that way or are not of one template.
        """
        phones = [message.recipient for message in messages]
        templates = {message.template for message in messages}
        if not 1 <= len(messages) <= MAX_BATCH or len(set(phones)) != len(phones) or len(templates) != 1:
            raise ValueError("a batch is 1 to 100 messages of one template to different numbers")
        from alibabacloud_dysmsapi20170525 import models

        request = models.SendBatchSmsRequest(
            phone_number_json=_json(phones),
            sign_name_json=_json([self._sign_name] * len(phones)),
            template_code=templates.pop(),
            template_param_json=_json([dict(message.params) for message in messages]),
            out_id=batch_id,
        )
        return self._run(self._client.send_batch_sms_with_options, request)

    @functools.cached_property
    def _client(self) -> Any:
        from alibabacloud_dysmsapi20170525.client import Client
        from alibabacloud_tea_openapi.utils_models import Config

        config = Config(
            access_key_id=self._access_key_id,
            access_key_secret=self._access_key_secret,
            endpoint=self._endpoint,
            protocol=self._protocol,
        )
        return Client(config)

    def _run(self, call: Callable[..., Any], request: Any) -> SendResult:
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
        from darabonba.exceptions import UnretryableException
        from darabonba.runtime import RuntimeOptions

        options = RuntimeOptions(
            autoretry=False, connect_timeout=CONNECT_TIMEOUT_MS, read_timeout=self._read_timeout_ms
        )
        try:
            body = call(request, options).body
        except AlibabaCloudException as error:
            raise _http_error(error) from None
        except UnretryableException as error:
            raise _connection_error(error.inner_exception) from None
        if body is None or not body.code:
            raise TemporaryChannelError("bad_reply", outcome_unknown=True)
        if body.code != "OK":
            raise channel_error(body.code, body.message or "")
        return SendResult(provider_id=body.biz_id)


def _http_error(error: Any) -> Exception:
    if (error.status_code or 0) >= 500:
        return TemporaryChannelError(f"http_{error.status_code}", outcome_unknown=True)
    if error.retry_after:
        return TemporaryChannelError(error.code, retry_after=error.retry_after / 1000)
    return channel_error(error.code or f"http_{error.status_code}", error.message or "")


def _connection_error(error: Exception) -> TemporaryChannelError:
    """The SDK keeps only a text: what never reached the server says so, everything else may have."""
    from darabonba.exceptions import RetryError

    if not isinstance(error, RetryError):
        return TemporaryChannelError("bad_reply", type(error).__name__, outcome_unknown=True)
    text = str(error)
    never_left = "connect timeout" in text or "NewConnectionError" in text
    if "timed out" in text and not never_left:
        return TemporaryChannelError("timeout", outcome_unknown=True)
    return TemporaryChannelError("connection", outcome_unknown=not never_left)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
