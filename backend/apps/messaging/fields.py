"""Values cut and cleaned to what the providers accept: one wrong character makes them refuse the whole message."""

import re
from collections.abc import Mapping

#: Longest value per kind of WeChat field (its name without the number).
LIMITS = {
    "thing": 20, "character_string": 32, "phrase": 5, "name": 10, "number": 32, "letter": 32, "symbol": 5,
    "phone_number": 17, "car_number": 8,
}  # fmt: skip
LATIN_NAME = 20  # a name of Chinese characters has half of that
SMS_LIMIT = 35  # characters of one variable
ALLOWED = {
    "phrase": r"[^一-鿿]", "name": r"[^一-鿿·A-Za-z ]", "character_string": r"[^!-~]", "number": r"[^\d.]",
    "letter": r"[^A-Za-z]", "phone_number": r"[^\d+() -]", "car_number": r"[^一-鿿A-Za-z0-9]",
}  # fmt: skip
EMPTY = {
    "phrase": "无", "name": "无", "character_string": "0", "number": "0", "letter": "A", "amount": "0元",
    "car_number": "无",
}  # fmt: skip


def wechat_values(fields: Mapping[str, str], data: Mapping[str, str]) -> dict[str, str]:
    """Field → value for the keys that `fields` maps; an empty value, which WeChat refuses, becomes a filler."""
    return {field: fold(field, data.get(key, "")) for key, field in fields.items()}


def sms_values(fields: Mapping[str, str], data: Mapping[str, str]) -> dict[str, str]:
    """Template variable → value."""
    return {variable: _cut(_plain(data.get(key, "")), SMS_LIMIT) or "-" for key, variable in fields.items()}


def fold(field: str, value: str) -> str:
    """`value` as that WeChat field takes it."""
    kind = field.rstrip("0123456789")
    text = _plain(value)
    if kind in ALLOWED:
        text = re.sub(ALLOWED[kind], "", text)
        text = text[: LATIN_NAME if kind == "name" and text.isascii() else LIMITS[kind]]
    elif kind in LIMITS:
        text = _cut(text, LIMITS[kind])
    return text or EMPTY.get(kind, "-")


def _plain(value: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", " ", value).strip()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
