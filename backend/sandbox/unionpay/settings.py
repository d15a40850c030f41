"""Settings of the UnionPay stand-in."""

from dataclasses import dataclass
from typing import Any

from sandbox.provider import apply_settings
from sandbox.wire import BadRequest

_POSITIVE, _NOT_NEGATIVE = ("speed",), ("refund_seconds", "fee_per_mille", "bill_hour")


@dataclass(slots=True)
class UnionPaySettings:
    """`speed` divides the delays between notices. `refund_seconds`: how long a refund is under way, by the sandbox's
    clock; `refund_code`: how it comes out; with 03, 04 or 05 that is unclear until a query finds another code here.
    `strict_repeats`: an unpaid order sent again is a duplicate. `bill_hour`: when yesterday's file is there."""

    mer_id: str = "777290058110048"
    merchant_name: str = "医汇测试医院"
    speed: float = 1
    refund_seconds: float = 0
    refund_code: str = "00"
    strict_repeats: bool = False
    fee_per_mille: float = 6
    bill_hour: float = 9

    def change(self, changes: dict[str, Any]) -> None:
        """BadRequest for a name that does not exist or a number that makes no sense; then nothing is changed."""
        for name in (*_POSITIVE, *_NOT_NEGATIVE):
            value = changes.get(name, 1)
            if not isinstance(value, int | float) or value < 0 or (value == 0 and name in _POSITIVE):
                raise BadRequest(f"{name}: a number above zero is expected")
        apply_settings(self, changes)

    def fee(self, amount_fen: int) -> int:
        """What UnionPay keeps of a payment, or gives back with a refund."""
        return round(amount_fen * self.fee_per_mille / 1000)
