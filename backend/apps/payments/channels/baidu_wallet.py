"""百度钱包: a documented slot that is switched off.

Hospitals' lists of channels still name it, but its owner has retired it: no new merchants, no maintained interface, no
test system. An adapter written today could be tried against nothing. Should a successor offer an interface, `build` is
where its channel comes in: docs/payment-channels.md.
"""

from collections.abc import Mapping
from typing import Any

from apps.payments.channels.base import NotSupported, PaymentChannel, PayMethod
from apps.payments.channels.registry import ChannelSpec, register


def build(config: Mapping[str, Any]) -> PaymentChannel:
    """Always NotSupported."""
    raise NotSupported("Baidu Wallet was retired by its owner; the channel is switched off")


BAIDU_WALLET = register(
    ChannelSpec(
        code="baidu_wallet",
        zh="百度钱包",
        en="Baidu Wallet",
        build=build,
        methods=(PayMethod.WAP,),
        available=False,
    )
)
