"""Identity documents (rules.md 27): what is a number of which kind, and what it says of the holder."""

import datetime as dt
import functools
import re
import unicodedata
from dataclasses import dataclass

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from apps.patients.models import Gender, IdKind
from kernel import clock

#: Kinds whose 18-digit numbers are built like a resident ID: region, birth date, order, checksum (GB 11643).
_PATTERNS = {
    IdKind.HK_MACAO_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?"),
    IdKind.TAIWAN_PERMIT: re.compile(r"\d{8}|\d{10}[A-Z]?"),
    IdKind.FOREIGN_PERMANENT_RESIDENT: re.compile(r"[A-Z]{3}\d{12}"),
    IdKind.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
}
#: 居住证 of Hong Kong, Macao and Taiwan residents; the foreigner's card of 2023 begins with 9.
_REGIONS = {
    IdKind.HK_MACAO_PERMIT: ("81", "82"),
    IdKind.TAIWAN_PERMIT: ("83",),
    IdKind.FOREIGN_PERMANENT_RESIDENT: ("9",),
}


class BadDocument(ValueError):
    """The number is none of its kind."""


@dataclass(frozen=True, slots=True)
class Document:
    """A checked number, and gender and birth date where the number says them."""

    number: str
    gender: str | None = None
    birth_date: dt.date | None = None


def fold(text: str) -> str:
    """A number as people type it → as it is stored: half-width, upper case, no blanks or hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).upper().replace("-", "").split())


def read_document(kind: str, text: str) -> Document:
    """The document of that kind; BadDocument if the number can't be one."""
    number = fold(text)
    if kind == IdKind.NONE:
        if number:
            raise BadDocument
        return Document("")
    if kind == IdKind.RESIDENT_ID:
        return _resident(number, known_region=True)
    if len(number) == 18 and number.startswith(_REGIONS.get(IdKind(kind), ("?",))):
        return _resident(number, known_region=False)
    if not _PATTERNS[IdKind(kind)].fullmatch(number):
        raise BadDocument
    return Document(number)


def _resident(number: str, *, known_region: bool) -> Document:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or ric.calc_check_digit(number) != number[-1]:
        raise BadDocument
    try:
        born = ric.get_birth_date(number)
    except ValidationError as error:
        raise BadDocument from error
    if not dt.date(1850, 1, 1) <= born <= clock.today():
        raise BadDocument
    # Codes are given where the ID was first registered: a code younger than the birth date is normal.
    if known_region and not _is_region(number[:6]):
        raise BadDocument
    return Document(number, Gender.MALE if int(number[16]) % 2 else Gender.FEMALE, born)


@functools.lru_cache(maxsize=8192)
def _is_region(code: str) -> bool:
    """Whether the code was ever given to a county; looked up once, files hold thousands from the same few."""
    return any(found for _, found in numdb.get("cn/loc").info(code))
