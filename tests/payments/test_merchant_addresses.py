"""Where a merchant account may say that its channel is asked."""

from typing import Any

import pytest

from apps.payments.channels.alipay_client import AlipayClient
from apps.payments.channels.base import PermanentChannelError
from apps.payments.models import MerchantAccount
from tests.payments.support import Till
from tests.scheduling.support import ADMIN

GATEWAYS = {
    "alipay": ("gateway", "return_url"), "unionpay": ("gateway", "file_gateway", "return_url"),
    "wechat_pay": ("base_url",),
}  # fmt: skip
REFUSED = {
    "http://169.254.169.254/x": "address_refused", "https://169.254.169.254/": "address_refused",
    "https://10.0.0.1/gateway.do": "address_refused", "https://[::ffff:10.0.0.1]/": "address_refused",
    "https://127.0.0.1/": "address_refused", "http://1.1.1.1/gateway.do": "https_only",
    "http://pay.invalid/": "https_only", "ftp://1.1.1.1/": "https_only", "gopher://x": "https_only",
    "https://user:secret@1.1.1.1/": "https_only", "1.1.1.1": "https_only", "javascript:alert(1)": "https_only",
}  # fmt: skip


@pytest.mark.requirement("PAY-01", "PAY-02")
@pytest.mark.parametrize("channel", GATEWAYS)
def test_money_is_sent_to_no_address_within_and_to_none_without_tls(
    till: Till, settings: Any, channel: str
) -> None:
    """A payer's page may be anywhere; where the product itself asks has to be the world or a listed network."""
    settings.WEBHOOKS_TO_LOOPBACK, settings.PAYMENTS_HTTPS_ONLY = False, True
    settings.PUBLIC_BASE_URL = "https://pay.example.com"
    config = till.sandbox.merchant(channel) | dict.fromkeys(GATEWAYS[channel], "https://1.1.1.1")
    body = {"hospital_id": str(till.world.h1.pk), "channel": channel, "name": "x"}
    admin = till.world.client("admin1")
    for name in GATEWAYS[channel]:
        for url, reason in REFUSED.items():
            if name == "return_url" and reason == "address_refused":
                continue
            answer = admin.post(
                f"{ADMIN}/merchant-accounts", body | {"config": config | {name: url}}, format="json"
            )
            error = answer.json()["errors"][0]
            assert (answer.status_code, error["field"], error["code"]) == (400, f"config.{name}", reason), url
    assert not MerchantAccount.objects.filter(channel=channel, name="x").exists()
    till.world.h1.settings |= {"payment.private_networks": "10.0.0.0/24"}
    till.world.h1.save()
    inside = config | {GATEWAYS[channel][0]: "http://10.0.0.1"}
    answer = admin.post(f"{ADMIN}/merchant-accounts", body | {"config": inside}, format="json")
    assert answer.status_code == 201, answer.content
    active = MerchantAccount.objects.filter(hospital=till.world.h1, channel=channel, is_active=True)
    assert active.get().name == "x", "the new one takes the place of the one before"


@pytest.mark.requirement("PAY-02")
def test_a_bill_is_fetched_by_tls_where_its_gateway_is(till: Till) -> None:
    client = AlipayClient("https://1.1.1.1/gateway.do", "1", None, None, None, None)  # type: ignore[arg-type]
    with pytest.raises(PermanentChannelError, match="bad_bill"):
        client.download("http://169.254.169.254/bill.zip")
