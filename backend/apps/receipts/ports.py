"""What is asked of the platform that issues receipts. Its drivers are registered in `platforms`.

Every method raises PlatformUnclear (nothing is known: ask before doing it again) or PlatformRefused (it said no, and
nothing was done), and nothing else. Methods are called outside transactions and end within half a minute.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ReceiptKind(StrEnum):
    """What is billed: a registration, or anything else that an outpatient pays for."""

    OUTPATIENT = "outpatient"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One thing that was paid. `category`, `charge_code`: what it is summed up under. `quantity`: a decimal number."""

    category: str
    charge_code: str
    charge_name: str
    name: str
    spec: str
    unit: str
    quantity: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose receipt it is. Blank: not known. `age` in years."""

    name: str
    sex: str = ""
    age: int | None = None
    mrn: str = ""
    patient_id: str = ""
    national_id: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """`receipt_no` is the key under which the platform issues once; `at` never changes with it.

    `cash_fen`: what of it was paid in cash. `replaces`: the number of the reversed one whose rest this is.
    """

    receipt_no: str
    kind: ReceiptKind
    at: dt.datetime
    payer: Payer
    department_name: str
    paid_at: dt.datetime
    total_fen: int
    cash_fen: int
    lines: tuple[ReceiptLine, ...]
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """What a receipt is found by. `code`, `number`: "" while we don't know them; `paper_no`: it was turned to paper."""

    receipt_no: str
    at: dt.datetime
    code: str = ""
    number: str = ""
    paper_code: str = ""
    paper_no: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """票据代码, 票据号码, 校验码, and where its picture is."""

    code: str
    number: str
    check_code: str
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the platform has under a number: its total, its numbers and, once it is reversed, those of the reversal."""

    total_fen: int
    numbers: Numbers
    reversal: Numbers | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A form of the authority: its 票据代码 and 票据号码."""

    code: str
    number: str


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What was issued and reversed on a day, whatever became of it later."""

    issued_count: int
    issued_fen: int
    reversed_count: int
    reversed_fen: int


class ReceiptPlatform(Protocol):
    """One hospital's access to whoever issues its receipts."""

    def issue(self, request: IssueRequest) -> Numbers:
        """Issue a receipt; the same `receipt_no` again is the same receipt."""

    def query(self, key: ReceiptKey) -> Standing | None:
        """What there is under the number; None: nothing."""

    def reverse(self, key: ReceiptKey, *, at: dt.datetime, reason: str) -> Numbers:
        """冲红: reverse the whole receipt. Not to be repeated without a query."""

    def next_paper(self) -> Paper:
        """The form that is next at the platform, where it gives the numbers out."""

    def turn_paper(self, key: ReceiptKey, paper: Paper, *, at: dt.datetime) -> None:
        """换开: the receipt is on that form now; the same form again changes nothing."""

    def day_totals(self, day: dt.date) -> DayTotals:
        """Sums of the day."""

    def numbers_of(self, day: dt.date) -> Iterable[tuple[str, int]]:
        """Our number and the total in fen of every receipt of the day."""


class PlatformUnclear(Exception):
    """No answer, or one that can't be trusted."""


class PlatformRefused(Exception):
    """The platform said no. `code` and `text` are its own words."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}".rstrip(": "))
        self.code, self.text = code, text
