"""Bar codes: Code 128, EAN-13 and GS1-128 (GS1 General Specifications)."""

from collections.abc import Sequence

from kernel.codes.code128 import FNC1, modules
from kernel.codes.symbol import BadCode, Symbol

#: The least that GS1 allows for healthcare, and the light modules at both sides.
MIN_MODULE, QUIET, EAN_QUIET = 0.17, 10, 11
LONGEST, LONGEST_GS1 = 80, 48
_GS1_CHARACTERS = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
#: First two digits of application identifiers whose length is known: digits of identifier and value together.
_FIXED = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8,
    "18": 8, "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip
_CHECKED = frozenset({"00", "01", "02", "410", "411", "412", "413", "414", "415", "416", "417"})
_EAN_LEFT = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
#: By the first digit: which of the six left digits are written in the second way.
_EAN_SECOND = (
    "000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010",
)  # fmt: skip


def code128(text: str) -> Symbol:
    """Code 128 of printable ASCII, pairs of digits in half the width. BadCode: empty, not_encodable, too_long."""
    if not text:
        raise BadCode("empty")
    for character in text:
        if not " " <= character <= "~":
            raise BadCode("not_encodable", character=character, code_point=f"U+{ord(character):04X}")
    if len(text) > LONGEST:
        raise BadCode("too_long", most=LONGEST)
    return Symbol("code128", text, (modules(text),), QUIET, MIN_MODULE)


def gs1_128(elements: Sequence[tuple[str, str]]) -> Symbol:
    """GS1-128 of (application identifier, value): `[("01", "06901234567892"), ("17", "271231"), ("10", "A1")]`.

    BadCode: empty, not_encodable, too_long, check_digit, and bad_element where identifier or length is wrong.
    """
    if not elements:
        raise BadCode("empty")
    data, shown, is_open = "", "", False
    for identifier, value in elements:
        _check_element(identifier, value)
        data += (FNC1 if is_open else "") + identifier + value
        shown += f"({identifier}){value}"
        is_open = identifier[:2] not in _FIXED
    if len(data) > LONGEST_GS1:
        raise BadCode("too_long", most=LONGEST_GS1)
    return Symbol("gs1_128", shown, (modules(FNC1 + data),), QUIET, MIN_MODULE)


def ean13(digits: str) -> Symbol:
    """EAN-13 of 12 digits, or of 13 of which the last is right.

    BadCode: empty, not_encodable, too_long, check_digit.
    """
    if not digits:
        raise BadCode("empty")
    if not (digits.isascii() and digits.isdigit()) or len(digits) < 12:
        raise BadCode("not_encodable", digits="12 or 13")
    if len(digits) > 13:
        raise BadCode("too_long", most=13)
    whole = digits[:12] + check_digit(digits[:12])
    if len(digits) == 13:
        _require_check(digits, "ean13")
    right = ["".join("10"[int(bit)] for bit in pattern) for pattern in _EAN_LEFT]
    second = [pattern[::-1] for pattern in right]
    bits = "101"
    for digit, way in zip(whole[1:7], _EAN_SECOND[int(whole[0])], strict=True):
        bits += (second if way == "1" else _EAN_LEFT)[int(digit)]
    bits += "01010" + "".join(right[int(digit)] for digit in whole[7:]) + "101"
    return Symbol("ean13", whole, (bytes(map(int, bits)),), EAN_QUIET, MIN_MODULE)


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it (mod 10, weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _require_check(digits: str, identifier: str) -> None:
    right = check_digit(digits[:-1])
    if digits[-1] != right:
        raise BadCode("check_digit", of=identifier, right=right)


def _check_element(identifier: str, value: str) -> None:
    if not (identifier.isascii() and identifier.isdigit() and 2 <= len(identifier) <= 4):
        raise BadCode("bad_element", identifier=identifier)
    for character in value:
        if character not in _GS1_CHARACTERS:
            raise BadCode("not_encodable", character=character, code_point=f"U+{ord(character):04X}")
    whole = _FIXED.get(identifier[:2])
    wrong = (
        not 1 <= len(value) <= 90
        if whole is None
        else len(identifier + value) != whole or not value.isdigit()
    )
    if wrong:
        raise BadCode("bad_element", identifier=identifier, length=whole and whole - len(identifier))
    if identifier in _CHECKED:
        _require_check(value, identifier)
