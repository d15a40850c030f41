"""Names of people: one spelling is stored and shown, a folded key is compared and searched."""

import functools
import re
import unicodedata
from typing import Any

from kernel.text.cleaning import clean_line

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
#: What keyboards and systems write for the dot in a name (古丽米热·艾比布力); the middle dot of GB 2312 is the form.
_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u2024\u30fb\u16eb\u25cf\u0387\u318d\ua78f"
_DOT = re.compile(rf" ?[{_DOTS}] ?")
_POINT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) ?[.．。] ?(?=[{_HAN}])")
#: What is typed and pasted for the apostrophe of O'Brien: accents, quotes, primes, modifier letters. The last is what
#: an acute accent on its own becomes by compatibility folding.
_APOSTROPHE = re.compile(
    "[\u00b4`\u2018\u2019\u201b\u2032\u02b9\u02bb-\u02bd\u02c8\u055a\u1fbd\u1fbf\ua78c\uff07]| \u0301"
)
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: What a spreadsheet puts in front of a text; Latin names may begin with an apostrophe ('t Hooft).
_GUARD = re.compile(rf"^'+ ?(?=[{_HAN}])")
#: A name begins with none of these.
_NEVER_FIRST = frozenset(" ·-.,)/、）&+")
#: Beside letters, marks and digits a name may have these.
_PUNCTUATION = frozenset(" ·-'.,()/、（）&+〇\u0f0b\u0f0c")


def clean_name(text: str) -> str:
    """`张　三` → `张三`, `古丽米热•艾比布力` → `古丽米热·艾比布力`, `O´Brien` → `O'Brien`; Latin names keep blanks."""
    signs = _APOSTROPHE.sub("'", _VARIANTS.sub("", clean_line(text)))
    wide = _APOSTROPHE.sub("'", unicodedata.normalize("NFKC", _DOT.sub("·", signs)))
    line = _DOT.sub("·", " ".join(wide.split()))
    return re.sub("··+", "·", _POINT_BETWEEN_HAN.sub("·", _BLANK_BETWEEN_HAN.sub("", _GUARD.sub("", line))))


def is_name(text: str) -> bool:
    """Whether a cleaned text can be a name: a letter, and nothing but letters, digits and a name's punctuation.

    It begins with a letter, a digit, an apostrophe or a bracket.
    """
    return (
        any(map(str.isalpha, text))
        and text[0] not in _NEVER_FIRST
        and all(c in _PUNCTUATION or unicodedata.category(c)[0] in "LM" or c.isdigit() for c in text)
    )


def name_key(text: str) -> str:
    """The form in which names are compared: traditional as simplified, no blanks, dots or cases (張 三 = 张三)."""
    return re.sub(r"[ ·.'-]", "", _simplified().convert(clean_name(text))).casefold()[:80]


@functools.cache
def _simplified() -> Any:
    # Imported here: only processes that compare names load its tables.
    from opencc import OpenCC

    return OpenCC("t2s")
