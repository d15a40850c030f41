"""What a reader without the "sensitive" permission sees, and what logs keep of it (rules.md 28).

A mask never shows enough to rebuild the value from what stands beside it, and is never taken as a value.
"""

import re
from collections.abc import Callable
from typing import Any

MARK = "*"
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d{9}"
_RESIDENT = r"\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_WITHIN = re.compile(rf"(?<![0-9A-Za-z-])(?:{_RESIDENT}|{_MOBILE})(?![0-9A-Za-z-])")
_NO_STREET = r"[^\s\d路街镇乡村道号弄巷]"
_DISTRICT = re.compile(
    rf"(?:{_NO_STREET}{{1,8}}?(?:省|自治区|特别行政区))?"
    rf"(?:{_NO_STREET}{{1,9}}?(?:市|自治州|地区|盟))?"
    rf"(?:{_NO_STREET}{{1,9}}?(?:(?<![小社园])区|县|旗|市))?"
)


def phone(value: str) -> str:
    """`13812348000` → `138****8000`; what is no mobile number, as any other number."""
    return f"{value[:3]}****{value[-4:]}" if re.fullmatch(r"1\d{10}", value) else document(value)


def document(value: str) -> str:
    """Document, card or insurance number: the first 2 and last 2, at least half hidden.

    What is built like a resident ID keeps only the first and the last: region and birth date stand elsewhere.
    """
    if re.fullmatch(_RESIDENT, value):
        return _ends(value, 1, 1)
    shown = min(4, len(value) // 2)
    return _ends(value, shown - shown // 2, shown // 2)


def _ends(value: str, head: int, tail: int) -> str:
    return f"{value[:head]}{MARK * (len(value) - head - tail)}{value[len(value) - tail :]}"


def address(value: str) -> str:
    """To the district: `北京市东城区东长安街1号` → `北京市东城区****`."""
    found = _DISTRICT.match(value)
    return f"{found.group() if found else ''}****" if value else ""


def name(value: str) -> str:
    """For public screens: `张三丰` → `张*`, whatever its length."""
    return f"{value[:1]}{MARK}" if len(value) > 1 else MARK * len(value)


#: Names under which people and programs hand over secrets → how they are kept.
SECRETS: dict[str, Callable[[str], str]] = {
    "phone": phone, "mobile": phone, "national_id": document, "id_number": document, "card_number": document,
    "insurance_no": document, "address": address, "search": document,
}  # fmt: skip


def scrubbed(value: Any, key: str = "") -> Any:
    """A copy for logs: values under secret names masked, phone and ID numbers within any text too."""
    if isinstance(value, dict):
        return {name: scrubbed(found, str(name)) for name, found in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(found, key) for found in value]
    if not isinstance(value, str):
        return value
    if key in SECRETS and any(character.isdigit() or key == "address" for character in value):
        return SECRETS[key](value)
    return _WITHIN.sub(
        lambda found: document(found.group()) if len(found.group()) > 15 else _mobile(found), value
    )


def _mobile(found: "re.Match[str]") -> str:
    return phone(found.group()[-11:])
