"""Which channels there are. A new one is one class and one line here: see docs/payment-channels.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.payments.channels.base import PaymentChannel, PayMethod
from kernel.errors import in_english
from kernel.words import ValueWords


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """`build` makes the channel from a merchant's configuration; `fields` are the names that the configuration needs.

    `addresses` are fields that name where the channel is asked, `pages` those that a payer's browser is sent to.
    `secrets` are the fields never shown again. `online`: the provider moves the money and is asked over the network.
    `available`: False keeps a documented slot switched off.
    """

    code: str
    zh: str
    en: str
    build: Callable[[Mapping[str, Any]], PaymentChannel]
    fields: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    methods: tuple[PayMethod, ...] = ()
    online: bool = True
    available: bool = True


CHANNELS: dict[str, ChannelSpec] = {}
#: 组合支付: the channel of an order that several tenders have paid. No attempt goes through it.
MIXED = "mixed"
_MIXED_WORDS = ValueWords("组合支付", "Several tenders")


def register(spec: ChannelSpec) -> ChannelSpec:
    """Declare a channel; ValueError for a code that is taken."""
    if CHANNELS.setdefault(spec.code, spec) is not spec:
        raise ValueError(f"channel {spec.code} is declared twice")
    return spec


def channel_words() -> dict[str, ValueWords]:
    """Every channel by its code, in the order in which payers are offered them; several of them at the end."""
    return {code: ValueWords(spec.zh, spec.en) for code, spec in CHANNELS.items()} | {MIXED: _MIXED_WORDS}


def channel_name(code: str) -> str:
    """What a channel is called, in the language of the request; the code of one that is gone."""
    if code == MIXED:
        return _MIXED_WORDS.text
    spec = CHANNELS.get(code)
    return (spec.en if in_english() else spec.zh) if spec else code
