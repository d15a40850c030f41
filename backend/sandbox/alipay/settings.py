"""Settings of the Alipay stand-in, and the keys of Alipay and of its one merchant."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from sandbox.trading.keys import KeyPair, key_pair
from sandbox.wire import BadRequest

#: `refund_outcome`, for every refund asked for from now on. seller_balance, system_error: refused with that ACQ code,
#: nothing done. system_error_after: done, but answered ACQ.SYSTEM_ERROR. lost: answered 10000 and never done.
CHOICES = {
    "refund_outcome": ("success", "seller_balance", "system_error", "system_error_after", "lost"),
    "answer_signature": ("good", "bad", "none"),
    "answer_style": ("plain", "spaced", "escaped"),
    "bills": ("next_day", "at_once", "none"),
}


@dataclass(slots=True)
class AlipaySettings:
    """`speed` divides the documented waits between repetitions of a notification. `buyer_id`: who pays unless told
    otherwise. `refund_delay_ms`: until an accepted refund is done. `fee_permille`: what the bill says Alipay charged.
    `bills`: next_day is true to life (after nine), at_once has today's too. `answer_style`: how replies are written,
    `answer_signature`: how rightly they are signed.
    """

    app_id: str = "2021000000000001"
    seller_id: str = "2088000000000001"
    buyer_id: str = "2088102146225135"
    speed: float = 1.0
    refund_outcome: str = "success"
    refund_delay_ms: int = 0
    fee_permille: int = 6
    bills: str = "next_day"
    answer_style: str = "plain"
    answer_signature: str = "good"

    def change(self, changes: dict[str, Any]) -> None:
        """All of them, or BadRequest and none."""
        kinds = {f.name: type(f.default) for f in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise BadRequest(f"{name}: unknown setting, one of {', '.join(sorted(kinds))}")
            wanted = (int, float) if kinds[name] is float else kinds[name]
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise BadRequest(f"{name}: {kinds[name].__name__} is expected")
            if value not in CHOICES.get(name, (value,)):
                raise BadRequest(f"{name}: one of {', '.join(CHOICES[name])}")
            if isinstance(value, int | float) and (value < 0 or (name == "speed" and not value)):
                raise BadRequest(f"{name}: too small")
        for name, value in changes.items():
            setattr(self, name, value)


class Keys:
    """Made when first wanted: a sandbox without payments starts without them."""

    @cached_property
    def merchant(self) -> KeyPair:
        """Signs requests; Alipay knows its public half."""
        return key_pair("alipay_merchant", "sandbox merchant")

    @cached_property
    def alipay(self) -> KeyPair:
        """Signs replies and notifications."""
        return key_pair("alipay_platform", "Alipay sandbox")
