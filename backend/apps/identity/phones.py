"""Mobile numbers of mainland China."""

import re
import unicodedata

from kernel.errors import InvalidValue

MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
_PREFIX = re.compile(r"^(?:\+86|0086|86)(?=1)")


def normalise_phone(text: str, *, field: str = "phone") -> str:
    """The 11 digits of a mobile number however it was typed; InvalidValue otherwise. "" stays empty."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    if not digits:
        return ""
    number = _PREFIX.sub("", digits)
    if not (number.isascii() and MAINLAND_MOBILE.fullmatch(number)):
        raise InvalidValue(field=field)
    return number
