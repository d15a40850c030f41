"""Characters that nobody sees or that turn the reading direction never get further than the edge.

Source of the ranges: Unicode 14, general categories Cf and Cc, and the letters that are drawn as nothing.
"""

import re
import unicodedata

#: Format characters (bidirectional controls, zero widths, tags), fillers, non-characters; visible Arabic marks stay.
_FORMAT = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\uffff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
#: Ends of lines of every system; those within a paragraph (word processors, spreadsheets) part what they stand between.
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(f"[{_FORMAT}{_CONTROL}]")
#: U+FFFD tells that something was unreadable already: it is kept, so that somebody sees it.
_KEPT = "\ufffd\ufffc"
_DASHES = r"\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u2043"
_DASH = re.compile(rf"[{_DASHES}]")
_NOISE_IN_NUMBERS = re.compile(rf"[\s{_DASHES}]")
_STARS = re.compile("[*＊✱∗]")
#: Dots hide something only where several stand together: one parts the words of names and addresses.
_DOTS = re.compile("[•●]{2}")


def clean(text: str) -> str:
    """`text` without characters that can't be seen; line ends are `\\n`, everything else is as typed."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: found[0] if found[0] in _KEPT else "", _BREAK.sub("\n", text))


def clean_line(text: str) -> str:
    """Cleaned text of one line: composed, blanks of every width single, none at the ends."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", clean(text))
    return " ".join(text.split())


def fold_number(text: str) -> str:
    """A number or code as people type it → as it is stored and compared: half-width, upper case, no blanks or hyphens.

    A guard that a spreadsheet keeps in front of digits (`'110…`, `="110…"`) and what a number cell leaves behind
    (`.0`) are taken away; brackets around a check character (`12345678(B)`) as well.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    folded = _unguarded(_NOISE_IN_NUMBERS.sub("", unicodedata.normalize("NFKC", clean(text))).upper())
    return re.sub(r"\(([0-9A-Z]{1,2})\)$", r"\1", folded)


def fold_code(text: str) -> str:
    """A code of somebody's own making (病历号) → as it is stored: half-width, without what can't be seen or guards it.

    Hyphens and cases are the code's own: `A-001` is not `A001`. Compared without regard to case.
    """
    if text.isascii() and text.isalnum():
        return text
    return _unguarded(_DASH.sub("-", unicodedata.normalize("NFKC", clean(text)).strip()))


def _unguarded(text: str) -> str:
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = re.sub(r"^['\u2019`](?=[0-9A-Za-z])", "", text)
    return re.sub(r"^([0-9]{2,})\.0+$", r"\1", text)


def is_card_number(text: str) -> bool:
    """Whether a folded text can be the number of a card: 4 to 32 letters or digits."""
    return 4 <= len(text) <= 32 and text.isascii() and text.isalnum()


def is_masked(text: str) -> bool:
    """Whether characters are hidden by asterisks or dots: a mask that was copied, never a value."""
    return bool(_STARS.search(text) or _DOTS.search(text))
