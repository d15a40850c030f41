"""Settings of the WeChat Pay stand-in, and its one merchant's keys."""

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from sandbox.trading.keys import KeyPair, key_pair
from sandbox.wire import BadRequest

APIV3_KEY = "sandbox-apiv3-key-0123456789abcd"
CHOICES = {
    "refund_outcome": ("success", "closed", "abnormal"),
    "notification_key": ("public_key", "certificate"),
    "answer_signature": ("good", "bad", "probe", "none"),
    "bills": ("next_day", "at_once", "creating", "none"),
}


@dataclass(slots=True)
class PaySettings:
    """`speed` divides the documented waits between repetitions of a notification. `refund_delay_ms`: from PROCESSING
    to `refund_outcome`. `withdrawn_fen`: what the merchant has taken out of its account, so that refunds may find too
    little. `partial_refund_seconds`: the wait between two refunds of one order. `notification_key` and
    `answer_signature`: with what key pushes, and how rightly answers, are signed. `bills`: next_day is true to life
    (after ten), at_once has today's too.
    """

    mchid: str = "1900000001"
    appid: str = "wx00000000sandbox1"
    speed: float = 1.0
    refund_delay_ms: int = 200
    refund_outcome: str = "success"
    withdrawn_fen: int = 0
    partial_refund_seconds: int = 60
    notification_key: str = "public_key"
    answer_signature: str = "good"
    bills: str = "next_day"

    def change(self, changes: dict[str, Any]) -> None:
        """All of them, or BadRequest and none."""
        kinds = {name: type(value) for name, value in asdict(self).items()}
        for name, value in changes.items():
            if name not in kinds:
                raise BadRequest(f"{name}: unknown setting, one of {', '.join(sorted(kinds))}")
            wanted = (int, float) if kinds[name] is float else (kinds[name],)
            if type(value) not in wanted:
                raise BadRequest(f"{name}: {kinds[name].__name__} is expected")
            if value not in CHOICES.get(name, (value,)):
                raise BadRequest(f"{name}: one of {', '.join(CHOICES[name])}")
            if (name == "speed" and value <= 0) or (name.endswith(("_ms", "_fen", "_seconds")) and value < 0):
                raise BadRequest(f"{name}: too small")
        for name, value in changes.items():
            setattr(self, name, value)


@dataclass
class Keys:
    """Made when first wanted: a sandbox without payments starts without them.

    `merchant` signs requests; `platform` is WeChat's certificate, `public` the newer pair known by a number.
    """

    public_key_id: str = field(default="PUB_KEY_ID_0119000000012026010100000000000001")
    apiv3_key: str = field(default=APIV3_KEY, repr=False)

    @cached_property
    def merchant(self) -> KeyPair:
        return key_pair("wechat_pay_merchant", "sandbox merchant", self.authority)

    @cached_property
    def platform(self) -> KeyPair:
        return key_pair("wechat_pay_platform", "Tenpay.com sandbox", self.authority)

    @cached_property
    def public(self) -> KeyPair:
        return key_pair("wechat_pay_public", "wechat pay public key")

    @cached_property
    def authority(self) -> KeyPair:
        return key_pair("wechat_pay_authority", "Tenpay.com sandbox root CA")
