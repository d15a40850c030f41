"""What WeChat Pay says of orders and refunds, in our words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from apps.payments.channels.base import RefundResult, RefundState, TradeResult, TradeState
from apps.payments.channels.wechat_pay_config import MerchantConfig

TRADE_STATES = {
    "SUCCESS": TradeState.PAID,
    "REFUND": TradeState.REFUNDED,
    "NOTPAY": TradeState.UNPAID,
    "USERPAYING": TradeState.UNPAID,
    "PAYERROR": TradeState.UNPAID,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
}
REFUND_STATES = {
    "SUCCESS": RefundState.SUCCEEDED,
    "PROCESSING": RefundState.PROCESSING,
    "CLOSED": RefundState.FAILED,
    "ABNORMAL": RefundState.FAILED,
}
#: After CLOSED the number is spent. ABNORMAL has taken the money out of the account: a new number would refund twice,
#: the same one is settled by the merchant in WeChat Pay's console.
SPENT = "CLOSED"


class Malformed(Exception):
    """Not what WeChat Pay documents."""


class Foreign(Malformed):
    """Another merchant's, or another app's."""


def trade_of(data: Mapping[str, Any], config: MerchantConfig) -> TradeResult:
    """Of a query's answer, or a notification. Malformed, Foreign."""
    _check_merchant(data, config, ("mchid", "appid"))
    state = TRADE_STATES.get(_text(data, "trade_state"))
    if state is None:
        raise Malformed("trade_state")
    out_trade_no = _text(data, "out_trade_no")
    if state not in (TradeState.PAID, TradeState.REFUNDED):
        return TradeResult(state, out_trade_no, raw=dict(data))
    amount, payer = _part(data, "amount"), data.get("payer")
    return TradeResult(
        state,
        out_trade_no,
        amount_fen=_fen(amount, "total"),
        currency=_text(amount, "currency") if "currency" in amount else "CNY",
        transaction_id=_text(data, "transaction_id"),
        paid_at=_moment(data, "success_time"),
        payer_id=str(payer.get("openid") or "") if isinstance(payer, dict) else "",
        raw=dict(data),
    )


def refund_of(data: Mapping[str, Any], state: object) -> RefundResult:
    """Of an answer, or a notification, which tells the state by another name. Malformed."""
    known = REFUND_STATES.get(state) if isinstance(state, str) else None
    if known is None:
        raise Malformed("status")
    return RefundResult(
        known,
        _text(data, "out_refund_no"),
        amount_fen=_fen(_part(data, "amount"), "refund"),
        refund_id=_text(data, "refund_id"),
        succeeded_at=_moment(data, "success_time") if known is RefundState.SUCCEEDED else None,
        code=str(state) if known is RefundState.FAILED else "",
        reissue_same_number=state != SPENT,
        raw=dict(data),
    )


def notified_refund(data: Mapping[str, Any], config: MerchantConfig) -> RefundResult:
    """Of a REFUND.* notification. Malformed, Foreign."""
    _check_merchant(data, config, ("mchid",))
    return refund_of(data, data.get("refund_status"))


def _check_merchant(data: Mapping[str, Any], config: MerchantConfig, names: tuple[str, ...]) -> None:
    for name in names:
        if data.get(name) != getattr(config, name):
            raise Foreign(name)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(name)
    return value


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def _fen(amount: Mapping[str, Any], name: str) -> int:
    value = amount.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed(f"amount.{name}")
    return value


def _moment(data: Mapping[str, Any], name: str) -> dt.datetime | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        at = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed(name) from error
    if at.tzinfo is None:
        raise Malformed(name)
    return at
