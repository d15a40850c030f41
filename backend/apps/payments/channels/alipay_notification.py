"""Alipay's pushes: a signed form, repeated for a day until it is answered with `success`."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import parse_qsl

from apps.payments.channels.alipay_results import moment, needed, pushed_refund, text, trade_result
from apps.payments.channels.alipay_signing import SIGN_TYPE, Verifier, notification_content
from apps.payments.channels.base import InvalidNotification, Notification, TradeState

#: The last repetition comes after 24 h 24 min; some of them keep the time of the first.
OLDEST = dt.timedelta(hours=26)
#: How far Alipay's clock may be ahead of ours.
AHEAD = dt.timedelta(minutes=15)
MAX_FIELDS = 200
_TRADE = "trade_status_sync"


def parse_push(
    body: bytes, *, verifier: Verifier, app_id: str, seller_id: str, now: dt.datetime
) -> Notification | None:
    """What a genuine push for this merchant says; InvalidNotification for any other. None: nothing to do.

    A push of a refund is confirmed by a query, as its amount is not told.
    """
    fields = _form(body)
    signature, sign_type = fields.get("sign", ""), fields.get("sign_type", "")
    if sign_type != SIGN_TYPE or not verifier.has_signed(notification_content(fields), signature):
        raise InvalidNotification("bad_signature")
    if fields.get("app_id") != app_id or fields.get("seller_id") != seller_id:
        raise InvalidNotification("another_merchant")
    try:
        _check_age(needed(fields, "notify_time"), now)
        return _read(fields)
    except ValueError as error:
        raise InvalidNotification("bad_fields", str(error)) from error


def _form(body: bytes) -> dict[str, str]:
    """The fields of the form, empty ones too: they are signed."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise InvalidNotification("bad_form", type(error).__name__) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidNotification("bad_form", "a field comes twice")
    return fields


def _check_age(sent: str, now: dt.datetime) -> None:
    at = moment(sent)
    if at is None or not now - OLDEST <= at <= now + AHEAD:
        raise InvalidNotification("stale", f"sent at {sent}")


def _read(fields: Mapping[str, str]) -> Notification | None:
    if fields.get("notify_type") != _TRADE:
        return None
    key = needed(fields, "notify_id")
    trade = trade_result(fields)
    if text(fields, "gmt_refund") and text(fields, "out_biz_no"):
        return Notification(key, refund=pushed_refund(fields), confirm=True)
    return None if trade.state is TradeState.UNPAID else Notification(key, trade=trade)
