"""就诊卡余额: money that is kept in our own ledger. Nothing is asked over the network: services.counter moves it."""

from collections.abc import Mapping
from typing import Any

from apps.payments.channels.base import NotSupported, PaymentChannel, PayMethod
from apps.payments.channels.registry import ChannelSpec, register


def _build(config: Mapping[str, Any]) -> PaymentChannel:
    raise NotSupported("card_balance has no merchant")


CARD_BALANCE = "card_balance"

register(
    ChannelSpec(
        code=CARD_BALANCE,
        zh="就诊卡余额",
        en="Card balance",
        build=_build,
        methods=(PayMethod.BALANCE,),
        online=False,
    )
)
