"""Reads the fields of a message: Refusal 13 for what is missing, 10 for what is malformed."""

import re
from collections.abc import Mapping
from datetime import datetime

from sandbox.clock import SHANGHAI
from sandbox.unionpay.errors import Refusal

ORDER_ID = re.compile(r"[0-9A-Za-z]{8,40}")
MOMENT = "%Y%m%d%H%M%S"
#: What every message carries.
COMMON = (
    "version", "encoding", "certId", "signature", "signMethod", "txnType", "txnSubType", "bizType", "accessType",
    "merId", "txnTime",
)  # fmt: skip
#: What a reply and a notice repeat of the request.
ECHOED = (
    "version", "encoding", "signMethod", "txnType", "txnSubType", "bizType", "accessType", "merId", "orderId",
    "txnTime", "txnAmt", "currencyCode", "reqReserved", "origQryId", "settleDate", "fileType",
)  # fmt: skip


def needed(fields: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not fields.get(name):
            raise Refusal("13", name)


def moment(text: str, name: str) -> float:
    """Epoch seconds of YYYYMMDDhhmmss in Beijing."""
    try:
        if len(text) != 14:
            raise ValueError(text)
        return datetime.strptime(text, MOMENT).replace(tzinfo=SHANGHAI).timestamp()
    except ValueError as error:
        raise Refusal("10", name) from error


def amount(fields: Mapping[str, str]) -> int:
    """txnAmt in fen."""
    text = fields.get("txnAmt", "")
    if not re.fullmatch(r"[1-9]\d{0,11}", text):
        raise Refusal("10", "txnAmt")
    return int(text)


def order_id(fields: Mapping[str, str]) -> str:
    needed(fields, "orderId")
    if not ORDER_ID.fullmatch(fields["orderId"]):
        raise Refusal("10", "orderId")
    return fields["orderId"]
