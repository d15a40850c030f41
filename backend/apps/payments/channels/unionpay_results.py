"""What UnionPay says of an order, in our words."""

import datetime as dt
from collections.abc import Mapping

from apps.payments.channels.base import (
    RefundResult,
    RefundState,
    TemporaryChannelError,
    TradeResult,
    TradeState,
)
from apps.payments.channels.unionpay_codes import SUCCESS, TOO_LATE, UNDER_WAY
from apps.payments.channels.unionpay_file import nearest_moment
from kernel.clock import LOCAL

_CURRENCIES = {"156": "CNY"}
#: Kept of a message: neither signature nor certificate, nor the card number.
_KEPT = (
    "respCode", "respMsg", "origRespCode", "origRespMsg", "txnType", "txnSubType", "merId", "orderId", "txnTime",
    "txnAmt", "currencyCode", "queryId", "origQryId", "traceNo", "traceTime", "settleDate", "settleAmt", "payCardType",
)  # fmt: skip


def txn_time(moment: dt.datetime) -> str:
    """As UnionPay writes moments: in Beijing, to the second."""
    return moment.astimezone(LOCAL).strftime("%Y%m%d%H%M%S")


def trade_result(fields: Mapping[str, str], code: str) -> TradeResult:
    """Of a consumption that came out with `code`. A failed one is UNPAID: the payer may take another card."""
    order_id = fields.get("orderId", "")
    if code not in SUCCESS:
        state = TradeState.CLOSED if code == TOO_LATE else TradeState.UNPAID
        return TradeResult(state, order_id, raw=_kept(fields))
    return TradeResult(
        TradeState.PAID,
        order_id,
        amount_fen=_amount(fields),
        currency=_CURRENCIES.get(fields.get("currencyCode", ""), fields.get("currencyCode", "")),
        transaction_id=_query_id(fields),
        paid_at=_made_at(fields),
        payer_id=fields.get("accNo", ""),
        raw=_kept(fields),
    )


def refund_result(fields: Mapping[str, str], code: str) -> RefundResult:
    """Of a refund that came out with `code`. A failed one is over under its number."""
    succeeded, failed = code in SUCCESS, code not in SUCCESS | UNDER_WAY
    state = RefundState.FAILED if failed else RefundState.SUCCEEDED if succeeded else RefundState.PROCESSING
    return RefundResult(
        state,
        fields.get("orderId", ""),
        amount_fen=_amount(fields) if succeeded else 0,
        refund_id=fields.get("queryId", ""),
        succeeded_at=_made_at(fields) if succeeded else None,
        code="" if succeeded else code,
        reissue_same_number=not failed,
        raw=_kept(fields),
    )


def _kept(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in _KEPT if name in fields}


def _amount(fields: Mapping[str, str]) -> int:
    text = fields.get("txnAmt", "")
    if not (text.isascii() and text.isdigit()):
        raise TemporaryChannelError("bad_reply", "txnAmt", outcome_unknown=True)
    return int(text)


def _query_id(fields: Mapping[str, str]) -> str:
    if not fields.get("queryId"):
        raise TemporaryChannelError("bad_reply", "queryId", outcome_unknown=True)
    return fields["queryId"]


def _made_at(fields: Mapping[str, str]) -> dt.datetime | None:
    """traceTime has no year: it is near txnTime."""
    try:
        near = dt.datetime.strptime(fields.get("txnTime", ""), "%Y%m%d%H%M%S").replace(tzinfo=LOCAL)
    except ValueError:
        return None
    return nearest_moment(fields.get("traceTime", ""), near)
