"""What WeChat Pay accepts in a request's JSON body."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from sandbox.wechat_pay.errors import PayFailure
from sandbox.wire import BadRequest, Request

OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
OUT_REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
URL = re.compile(r"https?://[^\s?#]+")


def body_of(request: Request) -> dict[str, Any]:
    try:
        return request.json()
    except BadRequest as error:
        raise PayFailure("PARAM_ERROR", "请求体不是合法的JSON") from error


def text(body: dict[str, Any], name: str, most: int, *, required: bool = True) -> str:
    """A string of at most `most` bytes; "" when it is absent and may be."""
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value):
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}必填且应为字符串")
    if len(value.encode()) > most:
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}超过最大长度{most}")
    return value


def matching(body: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}格式不正确")
    return value


def url(body: dict[str, Any], most: int, *, required: bool = True) -> str:
    """`notify_url`: absolute, without a query."""
    value = text(body, "notify_url", most, required=required)
    if value and not URL.fullmatch(value):
        raise PayFailure("PARAM_ERROR", "参数错误：notify_url必须为不带参数的完整地址")
    return value


def part(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}必填")
    return value


def fen(amount: dict[str, Any], name: str) -> int:
    value = amount.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PayFailure("PARAM_ERROR", f"参数错误：amount.{name}应为正整数")
    return value


def currency(amount: dict[str, Any], *, required: bool = False) -> None:
    if amount.get("currency", None if required else "CNY") != "CNY":
        raise PayFailure("PARAM_ERROR", "参数错误：amount.currency应为CNY")


def moment(body: dict[str, Any], name: str, now: float) -> float | None:
    """An RFC 3339 moment in the future, or None."""
    value = body.get(name)
    if value is None:
        return None
    try:
        at = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}应为RFC3339格式") from error
    if at.tzinfo is None:
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}应为RFC3339格式")
    if at.timestamp() <= now:
        raise PayFailure("INVALID_REQUEST", f"{name}应晚于当前时间")
    return at.timestamp()


def required_query(request: Request, name: str, check: Callable[[str], bool]) -> str:
    value = request.query.get(name, "")
    if not check(value):
        raise PayFailure("PARAM_ERROR", f"参数错误：{name}")
    return value
