"""Code 128 (ISO/IEC 15417): text to bars, in code sets B (printable ASCII) and C (pairs of digits)."""

import re

#: Widths of three bars and three spaces of each symbol value, a bar first; the stop pattern ends with a bar more.
_CHARACTERS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
_WIDTHS = [*(_CHARACTERS[first : first + 6] for first in range(0, len(_CHARACTERS), 6)), "2331112"]
FNC1 = "\xf1"
_FNC1, _TO_B, _TO_C, _START_B, _START_C, _STOP = 102, 100, 99, 104, 105, 106
_DIGITS = re.compile("[0-9]*")
#: So many digits in a row are worth a change of code sets: at the beginning or the end, and between other characters.
_AT_AN_END, _BETWEEN = 4, 6


def modules(data: str) -> bytes:
    """Dark and light modules of printable ASCII and FNC1, with check sum and stop, without quiet zones."""
    values = _values(data)
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    dark = bytearray()
    for value in [*values, check, _STOP]:
        for place, width in enumerate(_WIDTHS[value]):
            dark += bytes([1 - place % 2]) * int(width)
    return bytes(dark)


def _values(data: str) -> list[int]:
    in_pairs = _digits(data, 1 if data.startswith(FNC1) else 0) >= _AT_AN_END or bool(
        re.fullmatch("[0-9]{2}", data)
    )
    values, at = [_START_C if in_pairs else _START_B], 0
    while at < len(data):
        run = _digits(data, at)
        if data[at] == FNC1:
            values.append(_FNC1)
            at += 1
        elif in_pairs and run >= 2:
            values.append(int(data[at : at + 2]))
            at += 2
        elif in_pairs:
            values.append(_TO_B)
            in_pairs = False
        elif run % 2 == 0 and run >= (_AT_AN_END if at + run == len(data) else _BETWEEN):
            values.append(_TO_C)
            in_pairs = True
        else:
            values.append(ord(data[at]) - 32)
            at += 1
    return values


def _digits(data: str, at: int) -> int:
    found = _DIGITS.match(data, at)
    return len(found[0]) if found else 0
