"""Identity documents (rules.md 27): what is a number of which kind, and what it says of the holder."""

import datetime as dt
import functools
import re
from dataclasses import dataclass

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from apps.patients.birth_dates import in_lifetime
from apps.patients.models import Gender, IdKind
from kernel.errors import MASKED, REQUIRED, Expectation
from kernel.text import fold_number, is_masked

CHECKSUM = Expectation(
    "resident_id_checksum",
    "证件号码校验位不符,请核对每一位",
    "The check digit does not fit; compare every digit.",
)
RESIDENT = Expectation(
    "resident_id_format",
    "居民身份证号码应为 18 位,末位可为 X",
    "A resident ID has 18 digits; the last may be X.",
)
RESIDENT_DATE = Expectation(
    "resident_id_birth_date", "证件号码中的出生日期不存在", "The birth date within the number does not exist."
)
RESIDENT_REGION = Expectation(
    "resident_id_region", "证件号码的前六位不是行政区划代码", "The first six digits are no region."
)
NO_KIND = Expectation(
    "id_kind_required", "填写了证件号码,请选择证件类型", "A number needs its kind of document."
)
_FORMATS = {
    IdKind.HK_MACAO_PERMIT: (
        re.compile(r"[HM]\d{8}(\d{2})?"),
        Expectation(
            "hk_macao_permit_format",
            "港澳居民来往内地通行证应为 H 或 M 加 8 或 10 位数字,或 18 位居住证号码",
            "A Hong Kong or Macao permit is H or M with 8 or 10 digits, or a residence permit of 18.",
        ),
    ),
    IdKind.TAIWAN_PERMIT: (
        re.compile(r"(\d{8}|\d{10})[A-Z]?"),
        Expectation(
            "taiwan_permit_format",
            "台湾居民来往大陆通行证应为 8 或 10 位数字,可带一个字母,或 18 位居住证号码",
            "A Taiwan permit has 8 or 10 digits and maybe a letter, or is a residence permit of 18.",
        ),
    ),
    IdKind.FOREIGN_PERMANENT_RESIDENT: (
        re.compile(r"[A-Z]{3}\d{12}"),
        Expectation(
            "foreign_permanent_resident_format",
            "外国人永久居留身份证应为 3 个字母加 12 位数字,或 9 开头的 18 位号码",
            "A permanent resident's card is 3 letters with 12 digits, or 18 digits beginning with 9.",
        ),
    ),
    IdKind.PASSPORT: (
        re.compile(r"[A-Z0-9]{5,17}"),
        Expectation(
            "passport_format",
            "护照号码应为 5 到 17 位字母或数字",
            "A passport has 5 to 17 letters or digits.",
        ),
    ),
}
RESIDENT_PATTERN = "[0-9]{17}[0-9X]"
#: A number of any kind, as it is stored.
NUMBER_PATTERN = "[A-Z0-9]{5,18}"
#: 居住证 of Hong Kong, Macao and Taiwan residents; the foreigner's card of 2023 begins with 9.
_REGIONS = {
    IdKind.HK_MACAO_PERMIT: ("81", "82"),
    IdKind.TAIWAN_PERMIT: ("83",),
    IdKind.FOREIGN_PERMANENT_RESIDENT: ("9",),
}
#: People choose "resident ID" for a residence permit or the foreigner's card of 2023 (9 and the province), whose
#: numbers are built alike.
_RESIDENCE_PERMIT = re.compile(r"8[123]|9(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])")


class BadDocument(ValueError):
    """The number is none of its kind; `expected` says what would be."""

    def __init__(self, expected: Expectation) -> None:
        super().__init__(expected.code)
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Document:
    """A checked number, and gender and birth date where the number says them."""

    number: str
    gender: str | None = None
    birth_date: dt.date | None = None


def fold(text: str) -> str:
    """A number as people type it → as it is stored: half-width, upper case, no blanks or hyphens."""
    return fold_number(text)


def read_document(kind: str, text: str) -> Document:
    """The document of that kind; BadDocument if the number can't be one."""
    if is_masked(text):
        raise BadDocument(MASKED)
    number = fold(text)
    if kind == IdKind.NONE:
        if number:
            raise BadDocument(NO_KIND)
        return Document("")
    if not number:
        raise BadDocument(REQUIRED)
    if kind == IdKind.RESIDENT_ID:
        return _resident(number, known_region=not _RESIDENCE_PERMIT.match(number))
    if len(number) == 18 and number.startswith(_REGIONS.get(IdKind(kind), ("?",))):
        return _resident(number, known_region=False)
    pattern, expected = _FORMATS[IdKind(kind)]
    if not (number.isascii() and pattern.fullmatch(number)):
        raise BadDocument(expected)
    return Document(number)


def _resident(number: str, *, known_region: bool) -> Document:
    if not re.fullmatch(RESIDENT_PATTERN, number):
        raise BadDocument(RESIDENT)
    if ric.calc_check_digit(number) != number[-1]:
        raise BadDocument(CHECKSUM)
    try:
        born = ric.get_birth_date(number)
    except ValidationError as error:
        raise BadDocument(RESIDENT_DATE) from error
    if not in_lifetime(born):
        raise BadDocument(RESIDENT_DATE)
    # Codes are given where the ID was first registered: a code younger than the birth date is normal.
    if known_region and not _is_region(number[:6]):
        raise BadDocument(RESIDENT_REGION)
    return Document(number, Gender.MALE if int(number[16]) % 2 else Gender.FEMALE, born)


@functools.lru_cache(maxsize=8192)
def _is_region(code: str) -> bool:
    """Whether the code was ever given to a county; looked up once, files hold thousands from the same few."""
    return any(found for _, found in numdb.get("cn/loc").info(code))
