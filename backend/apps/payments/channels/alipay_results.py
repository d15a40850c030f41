"""What Alipay says of trades and refunds, in replies and in pushes, in our words. ValueError if it makes no sense."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from apps.payments.channels.alipay_client import TIME_FORMAT
from apps.payments.channels.base import RefundResult, RefundState, TradeResult, TradeState
from kernel.clock import LOCAL
from kernel.money import yuan_to_fen

#: Not kept of a message: its signature, and the payer's account.
_DROPPED = frozenset({"sign", "sign_type", "buyer_logon_id", "fund_bill_list"})
_MAX_NOTE = 256


def trade_result(fields: Mapping[str, Any]) -> TradeResult:
    """Of a query or of a push; both name the fields alike but for the moment of payment.

    TRADE_CLOSED is an unpaid trade's end and a refunded one's: the moment of payment tells them apart. A query does not
    tell of partial refunds: such a trade is PAID there.
    """
    paid_at = moment(text(fields, "send_pay_date") or text(fields, "gmt_payment"))
    state = _state(text(fields, "trade_status"), paid_at is not None, fen(fields, "refund_fee"))
    amount_fen = fen(fields, "total_amount", required=True)
    return TradeResult(
        state=state,
        out_trade_no=needed(fields, "out_trade_no"),
        amount_fen=amount_fen,
        currency=text(fields, "trans_currency") or "CNY",
        transaction_id=needed(fields, "trade_no"),
        paid_at=paid_at,
        payer_id=_payer(fields),
        raw=kept(fields),
    )


def _state(status: str, was_paid: bool, returned_fen: int) -> TradeState:
    if status == "WAIT_BUYER_PAY":
        return TradeState.UNPAID
    if status == "TRADE_CLOSED":
        return TradeState.REFUNDED if was_paid or returned_fen else TradeState.CLOSED
    if status in ("TRADE_SUCCESS", "TRADE_FINISHED"):
        return TradeState.REFUNDED if returned_fen else TradeState.PAID
    raise ValueError("trade_status")


def refund_result(fields: Mapping[str, Any], out_refund_no: str) -> RefundResult:
    """Of a refund query. Without REFUND_SUCCESS it was never received, or has failed: send the same number again."""
    if text(fields, "refund_status") != "REFUND_SUCCESS":
        return RefundResult(RefundState.NOT_FOUND, out_refund_no, raw=kept(fields))
    return RefundResult(
        state=RefundState.SUCCEEDED,
        out_refund_no=needed(fields, "out_request_no"),
        amount_fen=fen(fields, "refund_amount", required=True),
        succeeded_at=moment(text(fields, "gmt_refund_pay")),
        raw=kept(fields),
    )


def pushed_refund(fields: Mapping[str, Any]) -> RefundResult:
    """Of a push. Its refund_fee is all that the trade has given back so far, so this refund's amount is not known."""
    return RefundResult(
        state=RefundState.SUCCEEDED,
        out_refund_no=needed(fields, "out_biz_no"),
        succeeded_at=moment(text(fields, "gmt_refund")),
        raw=kept(fields),
    )


def text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def needed(fields: Mapping[str, Any], name: str) -> str:
    if not (value := text(fields, name)):
        raise ValueError(name)
    return value


def fen(fields: Mapping[str, Any], name: str, *, required: bool = False) -> int:
    """An amount in yuan, exactly; 0 when it is absent and not required."""
    value = needed(fields, name) if required else text(fields, name)
    return yuan_to_fen(value) if value else 0


def moment(value: str) -> dt.datetime | None:
    """Shanghai's wall clock, some fields with a fraction; None when it is absent."""
    if not value:
        return None
    return dt.datetime.strptime(value.partition(".")[0], TIME_FORMAT).replace(tzinfo=LOCAL)


def kept(fields: Mapping[str, Any]) -> dict[str, str]:
    return {n: text(fields, n)[:_MAX_NOTE] for n in fields if n not in _DROPPED and text(fields, n)}


def _payer(fields: Mapping[str, Any]) -> str:
    names = ("buyer_user_id", "buyer_id", "buyer_open_id")
    return next((value for name in names if (value := text(fields, name))), "")
