"""Reads what callers send, strictly: anything of another type or size is HisFailure BAD_REQUEST naming the field."""

from typing import Any

from sandbox.his.errors import HisFailure
from sandbox.wire import BadRequest, Request

MAX_FEN = 10**11
MAX_LINES = 200
MAX_LENGTH = 200


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of the body."""
    try:
        return request.json()
    except (BadRequest, UnicodeDecodeError, RecursionError) as error:
        raise HisFailure("BAD_REQUEST", "JSON 对象格式错误") from error


def text(data: dict[str, Any], name: str, *, empty: bool = False) -> str:
    """A string of at most MAX_LENGTH characters."""
    value = data.get(name, "" if empty else None)
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not (value or empty):
        raise HisFailure("BAD_REQUEST", f"{name} 格式错误")
    return value


def fen(data: dict[str, Any], name: str) -> int:
    """A positive amount."""
    value = data.get(name)
    if type(value) is not int or not 0 < value <= MAX_FEN:
        raise HisFailure("BAD_REQUEST", f"{name} 格式错误")
    return value


def check_lines(data: dict[str, Any]) -> None:
    """The lines `{bill_no, external_id, kind, amount_fen}` of a payment or refund; they add up to `amount_fen`."""
    given = data.get("lines")
    if (
        not isinstance(given, list)
        or not 0 < len(given) <= MAX_LINES
        or not all(isinstance(line, dict) for line in given)
    ):
        raise HisFailure("BAD_REQUEST", "lines 格式错误")
    for line in given:
        line.setdefault("external_id", "")
        text(line, "external_id", empty=True)
        text(line, "bill_no")
        text(line, "kind")
        fen(line, "amount_fen")
    bills = {(bool(line["external_id"]), line["external_id"] or line["bill_no"]) for line in given}
    if len(bills) < len(given):
        raise HisFailure("BAD_REQUEST", "同一账单重复出现")
    if sum(line["amount_fen"] for line in given) != fen(data, "amount_fen"):
        raise HisFailure("AMOUNT_MISMATCH", "明细合计与总金额不一致")
