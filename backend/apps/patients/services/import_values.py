"""What people write in a cell of a date or of a choice, in the one form that is compared."""

import re
import unicodedata

from kernel.text import clean_line

DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日?)")
#: No time, or the one of a birth to the second. With a `Z` it is told in UTC: from four in the afternoon on the day
#: here is another one.
_TIME = re.compile(
    r"[ T]+0{1,2}:00$|[ T]+(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?$"
    r"|T(?:0\d|1[0-5]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$"
)
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$")
#: The number that a spreadsheet keeps for a date: 1927 to 2064.
SERIAL = re.compile(r"[1-5]\d{4}")


def bare_choice(text: str) -> str:
    """`Ｍ`, `1.男`, `男(1)` → `m`, `男`, `男`."""
    folded = unicodedata.normalize("NFKC", clean_line(text)).lower()
    return re.sub(r"^\d\s*[.、:-]\s*(?=\D)|\s*\(\d\)$", "", folded)


def folded_date(text: str) -> str:
    """Without a time or a weekday, and without the blanks around 年, 月 and 日 (also written 号)."""
    day = _WEEKDAY.sub("", _TIME.sub("", unicodedata.normalize("NFKC", text).strip()))
    day = re.sub(r"^(\d{4}) +(\d{1,2}) +(\d{1,2})$", r"\1-\2-\3", day)
    return re.sub(r"\s*([年月日号])\s*", r"\1", day).replace("号", "日")
