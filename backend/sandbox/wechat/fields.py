"""What a value of a message template may look like: the type is the field name without its number (thing1 → thing).

Source: WeChat's documentation of subscribe messages, table of parameter value limits.
"""

import re
from typing import Any

from sandbox.wechat.errors import WeChatFailure

_DATE = r"(\d{4}[年\-/.]\d{1,2}([月\-/.]\d{1,2}日?|月)|\d{1,2}月\d{1,2}日)"
_TIME = r"\d{1,2}:\d{2}(:\d{2})?"
_MOMENT = rf"({_DATE} ?)?{_TIME}"
_DAY = rf"{_DATE}( ?{_TIME})?"

RULES: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r"[^\r\n]{1,20}"),
    "number": re.compile(r"[\d.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[!-~]{1,32}"),
    "time": re.compile(rf"{_MOMENT}(~{_MOMENT})?"),
    "date": re.compile(rf"{_DAY}(~{_DAY})?"),
    "amount": re.compile(r"[¥$€£￥]?\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r"[一-鿿A-Za-z0-9]{1,8}"),
    "name": re.compile(r"[一-鿿·A-Za-z ]{1,10}|[A-Za-z .·\-]{1,20}"),
    "phrase": re.compile(r"[一-鿿]{1,5}"),
    "enum": re.compile(r"[^\r\n]+"),
}


def check_fields(data: Any, names: list[str] | None, typed_only: bool) -> dict[str, str]:
    """The values of `data` ({name: {"value": …}}); WeChatFailure 47003 names the first wrong one.

    `names`: the template's fields when it is registered, None when any will do. `typed_only`: a name of no known
    type is refused (subscribe messages); template messages still have free ones (first, keyword1, remark).
    """
    if not isinstance(data, dict) or not data:
        raise WeChatFailure(47003, "data is empty")
    for name in names or []:
        if name not in data:
            raise WeChatFailure(47003, f"data.{name}.value is empty")
    return {
        name: _check(name, entry, typed_only)
        for name, entry in data.items()
        if names is None or name in names
    }


def _check(name: str, entry: Any, typed_only: bool) -> str:
    value = entry.get("value") if isinstance(entry, dict) else None
    if value is None or str(value) == "":
        raise WeChatFailure(47003, f"data.{name}.value is empty")
    rule = RULES.get(name.rstrip("0123456789"))
    if (rule is None and typed_only) or (rule is not None and not rule.fullmatch(str(value))):
        raise WeChatFailure(47003, f"data.{name}.value invalid")
    return str(value)
