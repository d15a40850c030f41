"""Mobile numbers of mainland China."""

import re

from kernel.errors import MASKED, Expectation, InvalidValue
from kernel.text import fold_number, is_masked

PHONE_PATTERN = "1[3-9][0-9]{9}"
MAINLAND_MOBILE = re.compile(PHONE_PATTERN)
PHONE = Expectation(
    "phone_format",
    "应为 11 位大陆手机号,如 13800138000",
    "A mainland mobile number of 11 digits is expected, e.g. 13800138000.",
)
_PREFIX = re.compile(r"^(?:\+86|0086|86)(?=1)")


def normalise_phone(text: str, *, field: str = "phone") -> str:
    """The 11 digits of a mobile number however it was typed; InvalidValue otherwise. "" stays empty."""
    if is_masked(text):
        raise InvalidValue(field=field, expected=MASKED)
    digits = re.sub(r"^TEL:|[().]", "", fold_number(text))
    if not digits and not text.strip():
        return ""
    number = _PREFIX.sub("", digits)
    if not (number.isascii() and MAINLAND_MOBILE.fullmatch(number)):
        raise InvalidValue(field=field, expected=PHONE)
    return number
