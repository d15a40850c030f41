"""Numbers that pass every check and belong to nobody.

National IDs carry the region 110000, the code of a whole municipality: documents are issued under the code of a county
or district, so nobody bears such a number. Phones begin with 154, a range given to no operator. Cards begin with 88.
"""

import datetime as dt
from operator import mul

REGION = "110000"
FIRST_BIRTHDAY = dt.date(1936, 1, 1)
DAYS = 32_003  # a prime, so that a stride walks over every day before one comes again
STRIDE = 12_007
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"


def birth_date(serial: int) -> dt.date:
    """The birthday of the person with that serial: spread evenly from 1936 to 2023."""
    return FIRST_BIRTHDAY + dt.timedelta(days=serial * STRIDE % DAYS)


def national_id(serial: int, male: bool) -> str:
    """A valid 18-digit number, different for every serial below fifteen million; the 17th digit is odd for men."""
    order = 2 * (serial // DAYS) + (1 if male else 2)
    digits = f"{REGION}{birth_date(serial):%Y%m%d}{order:03d}"
    return digits + CHECK[sum(map(mul, WEIGHTS, map(int, digits))) % 11]


def patient_phone(serial: int) -> str:
    """A phone of a patient (serial below ninety million)."""
    return f"154{serial:08d}"


def staff_phone(serial: int) -> str:
    """A phone of a staff member."""
    return f"1549{serial:07d}"


def card_number(hospital: int, serial: int) -> str:
    """A medical card: the hospital's ordinal and the patient's serial."""
    return f"88{hospital:02d}{serial:08d}"
