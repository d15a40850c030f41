"""Whatever a stranger posts to a channel's callback is refused with 4xx and leaves nothing: for every channel."""

from collections.abc import Callable
from uuid import uuid4

import orjson
import pytest
from django.test import Client

from apps.payments.channels.registry import CHANNELS
from apps.payments.models import ChannelPush, MerchantAccount, PaymentAttempt
from kernel.http.limits import CALLBACK
from kernel.models import OutboxEvent
from tests.payments.support import Till, forget_channels

#: Channels without a provider that pushes.
SILENT = {"cash", "pos", "card_balance", "baidu_wallet"}
FORGED = {
    "an empty body": (b"", "application/json"),
    "no JSON": (b"\xff\xfe{", "application/json"),
    "a forged envelope": (b'{"id": "1", "resource": {"algorithm": "AEAD_AES_256_GCM"}}', "application/json"),
    "a forged form": (
        b"sign=AA%3D%3D&sign_type=RSA2&trade_status=TRADE_SUCCESS",
        "application/x-www-form-urlencoded",
    ),
    "a forged message": (
        b"version=5.1.0&signMethod=01&signPubKeyCert=x&signature=AA%3D%3D",
        "application/x-www-form-urlencoded",
    ),
    "XML": (b"<xml><sign>x</sign></xml>", "text/xml"),
    "files": (b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n',
              "multipart/form-data; boundary=b"),
    "no known type": (b"{}", "no/such; charset=\xff"),
    "nested": (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    "as long as may be": (b"a=" + b"x" * (CALLBACK - 2), "application/x-www-form-urlencoded"),
    "longer": (b"x" * (CALLBACK + 1), "application/json"),
    "far longer": (b"x" * 5_000_000, "application/json"),
}  # fmt: skip
SIGNED = {
    "HTTP_WECHATPAY_SERIAL": "7" * 40, "HTTP_WECHATPAY_SIGNATURE": "AA==", "HTTP_WECHATPAY_NONCE": "n",
    "HTTP_WECHATPAY_TIMESTAMP": "1",
}  # fmt: skip
ODD = {
    "HTTP_WECHATPAY_SERIAL": "no number", "HTTP_WECHATPAY_SIGNATURE": "\xff", "HTTP_WECHATPAY_NONCE": "\n",
    "HTTP_WECHATPAY_TIMESTAMP": "9" * 400,
}  # fmt: skip


@pytest.fixture
def merchant_of(till: Till) -> Callable[[str], MerchantAccount]:
    """The hospital's account at a channel; one that cannot be opened stands in the table all the same."""

    def find(channel: str) -> MerchantAccount:
        if channel in SILENT or channel not in CHANNELS:
            return MerchantAccount.objects.create(
                hospital=till.world.h1, channel=channel, name=channel, config=orjson.dumps({}).decode()
            )
        if channel != "wechat_pay":
            till.offer(channel)
        return MerchantAccount.objects.get(hospital=till.world.h1, channel=channel, is_active=True)

    return find


def push(path: str, kind: str, **headers: str) -> int:
    body, content_type = FORGED[kind]
    client = Client(raise_request_exception=False)
    return client.generic("POST", path, body, content_type=content_type, **headers).status_code


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("channel", [*CHANNELS, "channel_of_old"])
def test_what_no_provider_has_signed_is_refused_with_4xx_and_leaves_nothing(
    till: Till, merchant_of: Callable[[str], MerchantAccount], channel: str
) -> None:
    attempt = till.prepay("patient_a", till.checkout("patient_a", till.hold()["id"]))
    merchant = merchant_of(channel)
    forget_channels()
    events, path = OutboxEvent.objects.count(), f"/callbacks/payments/{merchant.pk}"
    answers = {
        (kind, number): push(path, kind, **headers)
        for kind in FORGED
        for number, headers in enumerate(({}, SIGNED, ODD))
    }
    silent = channel not in CHANNELS or channel in SILENT
    wrong = {
        what: status
        for what, status in answers.items()
        if not 400 <= status < 500 or (silent and status not in (404, 413))
    }
    assert not wrong
    assert not ChannelPush.objects.exists() and OutboxEvent.objects.count() == events
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == attempt.state


@pytest.mark.requirement("PAY-08")
def test_a_push_for_nobody_is_not_found(till: Till) -> None:
    paths = [f"/callbacks/payments/{uuid4()}", "/callbacks/payments/wechat_pay", "/callbacks/payments/"]
    assert {push(path, kind) for path in paths for kind in FORGED} <= {404, 413}
    assert Client().get(f"/callbacks/payments/{till.merchant.pk}").status_code == 405
    assert not ChannelPush.objects.exists()
