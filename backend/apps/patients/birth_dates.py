"""When a patient can have been born."""

import datetime as dt

from kernel import clock
from kernel.errors import Expectation

#: Completed years; nobody on record grew older than 122.
OLDEST = 130
#: What spreadsheets and databases hold where nobody gave a date.
PLACEHOLDERS = frozenset(
    dt.date(*day)
    for day in (
        (1, 1, 1), (1601, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (9999, 12, 31),
    )
)  # fmt: skip
RANGE = Expectation(
    "birth_date_range",
    f"出生日期不能晚于今天,年龄不能超过 {OLDEST} 岁",
    f"A birth date lies not in the future, and nobody is older than {OLDEST}.",
)
PLACEHOLDER = Expectation(
    "birth_date_placeholder",
    "这是系统在没有日期时填写的默认值,不是出生日期;不知道出生日期请留空",
    "Systems write this day where they have no date; leave it empty if it is not known.",
)


def in_lifetime(born: dt.date) -> bool:
    """Whether somebody born then can be a patient today."""
    today = clock.today()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return born <= today and years <= OLDEST


def unlikely(born: dt.date) -> Expectation | None:
    """What is expected instead of that day, None if nothing speaks against it."""
    if born in PLACEHOLDERS:
        return PLACEHOLDER
    return None if in_lifetime(born) else RANGE
