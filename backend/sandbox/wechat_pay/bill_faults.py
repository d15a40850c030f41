"""Faults planted in the day's trade bill: what a merchant must find there. Applied to the rows, before the totals."""

from dataclasses import dataclass
from typing import Any

from sandbox.wire import BadRequest

KINDS = ("drop", "double", "amount", "add", "foreign", "state", "totals", "cut", "later_day", "fees")
_NUMBERS = ("商户订单号", "商户退款单号")
_AMOUNTS = ("订单金额", "申请退款金额", "应结订单金额", "退款金额")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class BillFault:
    """One fault. `number`: ours of a payment or a refund; `fen`, `state`: what stands there instead, or is added.

    drop        the row is not there            double      it stands there twice
    amount      another amount                  state       another state of a refund
    add         a payment nobody knows          foreign     the row names another merchant
    later_day   it stands in the next day's     totals      the foot states so much more
    cut         the file ends in its middle     fees        the foot states so much more of fees
    """

    kind: str
    number: str = ""
    fen: int = 0
    state: str = ""


class BillFaults:
    """The faults of one merchant's bills."""

    def __init__(self) -> None:
        self.rules: list[BillFault] = []

    def put(self, rules: list[dict[str, Any]]) -> None:
        """Replaces them."""
        try:
            faults = [BillFault(**rule) for rule in rules]
        except TypeError as error:
            raise BadRequest(f"bill fault: {error}") from error
        if any(fault.kind not in KINDS for fault in faults):
            raise BadRequest(f"bill fault kind: one of {', '.join(KINDS)}")
        self.rules = faults

    def moved(self) -> set[str]:
        """Numbers whose rows stand in the next day's bill."""
        return {rule.number for rule in self.rules if rule.kind == "later_day"}

    def rows(self, rows: list[Row]) -> list[Row]:
        """The rows as the bill has them."""
        for rule in self.rules:
            rows = [found for row in rows for found in _row(rule, row)]
            if rule.kind == "add" and rows:
                rows.append(_stranger(rule, rows[0]))
        return rows

    def total(self) -> int:
        """How much more the foot states than there is."""
        return sum(rule.fen for rule in self.rules if rule.kind == "totals")

    def fees(self) -> int:
        """How much more of fees the foot states than there is."""
        return sum(rule.fen for rule in self.rules if rule.kind == "fees")

    def text(self, text: str) -> str:
        """The file as it is sent."""
        return text[: len(text) // 2] if any(rule.kind == "cut" for rule in self.rules) else text


def _row(rule: BillFault, row: Row) -> list[Row]:
    if rule.number not in [row[name] for name in _NUMBERS if row.get(name, "0") not in ("", "0")][-1:]:
        return [row]
    if rule.kind == "drop":
        return []
    if rule.kind == "double":
        return [row, dict(row)]
    if rule.kind == "foreign":
        return [{**row, "商户号": "1999999999"}]
    if rule.kind == "state":
        return [{**row, "退款状态": rule.state}]
    if rule.kind == "amount":
        changed = {name: _yuan(rule.fen) for name in _AMOUNTS if row.get(name, "0.00") != "0.00"}
        return [{**row, **changed}]
    return [row]


def _stranger(rule: BillFault, like: Row) -> Row:
    paid = {
        "交易状态": "SUCCESS",
        "商户退款单号": "0",
        "微信退款单号": "0",
        "退款金额": "0.00",
        "申请退款金额": "0.00",
    }
    amount = _yuan(rule.fen)
    return {
        **like, **paid, "商户订单号": rule.number, "微信订单号": f"42009{rule.number}"[:28], "退款状态": "",
        "订单金额": amount, "应结订单金额": amount, "手续费": "0.00000",
    }  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
