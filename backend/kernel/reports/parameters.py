"""What a report is asked with. Each kind checks a text and says what the statement gets.

Values are kept as the texts that were given: a job is the same request when they are the same.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from kernel import clock
from kernel.errors import REQUIRED, InvalidValue
from kernel.expectations import ISO_DAY, NO_SUCH_DAY, UNKNOWN, within_days
from kernel.words import ValueWords, Words

Given = Mapping[str, str]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ParameterKind(StrEnum):
    """`reference`: the id of a row of another resource, or the code that its options offer."""

    DAY_RANGE = "day_range"
    CHOICE = "choice"
    REFERENCE = "reference"
    TEXT = "text"


FIRST, LAST = "date_from", "date_to"
FIRST_WORDS, LAST_WORDS = Words("开始日期", "From"), Words("结束日期", "To")


def field(name: str) -> str:
    """Where a refusal says that it is wrong."""
    return f"parameters.{name}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`bind` answers what the statement takes; InvalidValue for what can't be asked. `spoken`: its value in words."""

    name: str
    zh: str
    en: str
    required: bool = True
    kind: ClassVar[ParameterKind] = ParameterKind.TEXT

    @property
    def names(self) -> tuple[str, ...]:
        """Of the texts that it is given as."""
        return (self.name,)

    @property
    def words(self) -> Words:
        """What it is."""
        return Words(self.zh, self.en)

    def bind(self, given: Given, hospital_id: UUID) -> dict[str, Any]:
        """Its values for the statement."""
        text = given.get(self.name, "")
        if not text:
            if self.required:
                raise InvalidValue(field=field(self.name), expected=REQUIRED)
            return {self.name: None}
        return {self.name: self.value(text, hospital_id)}

    def value(self, text: str, hospital_id: UUID) -> Any:
        """What a text means."""
        return text

    def spoken(self, given: Given, hospital_id: UUID) -> str:
        """In the language of the request; empty where nothing was given."""
        return given.get(self.name, "")


@dataclass(frozen=True, slots=True)
class DayRange(Parameter):
    """Whole days in Asia/Shanghai, both included: `begins_at` and `ends_at` (beyond it) for the statement."""

    name: str = "days"
    zh: str = "日期"
    en: str = "Days"
    max_days: int = 366
    kind: ClassVar[ParameterKind] = ParameterKind.DAY_RANGE

    @property
    def names(self) -> tuple[str, ...]:
        return (FIRST, LAST)

    def bind(self, given: Given, hospital_id: UUID) -> dict[str, Any]:
        first, last = (_day(given.get(name, ""), name) for name in (FIRST, LAST))
        if not dt.timedelta() <= last - first < dt.timedelta(days=self.max_days):
            raise InvalidValue(field=field(LAST), expected=within_days(self.max_days))
        return {
            "first_day": first, "last_day": last, "begins_at": clock.local(first, dt.time()),
            "ends_at": clock.local(last + dt.timedelta(days=1), dt.time()),
        }  # fmt: skip

    def spoken(self, given: Given, hospital_id: UUID) -> str:
        return f"{given.get(FIRST, '')} – {given.get(LAST, '')}"


def _day(text: str, name: str) -> dt.date:
    if not text:
        raise InvalidValue(field=field(name), expected=REQUIRED)
    if not _DAY.fullmatch(text):
        raise InvalidValue(field=field(name), expected=ISO_DAY)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(field=field(name), expected=NO_SUCH_DAY) from error
    if not 1970 <= day.year < 2200:
        raise InvalidValue(field=field(name), expected=NO_SUCH_DAY)
    return day


@dataclass(frozen=True, slots=True)
class Choice(Parameter):
    """One of the values that `choices` has words for."""

    choices: Callable[[], Mapping[str, ValueWords]] = dict
    kind: ClassVar[ParameterKind] = ParameterKind.CHOICE

    def value(self, text: str, hospital_id: UUID) -> Any:
        known = self.choices()
        if text not in known:
            raise InvalidValue(field=field(self.name), choices=list(known))
        return text

    def spoken(self, given: Given, hospital_id: UUID) -> str:
        text = given.get(self.name, "")
        return self.choices()[text].text if text in self.choices() else text


@dataclass(frozen=True, slots=True)
class Reference(Parameter):
    """The id of a row that `resource` offers; `named(hospital, id)`: what it is called, None for what is not there."""

    resource: str = ""
    named: Callable[[UUID, UUID], str | None] = lambda hospital_id, row_id: None
    kind: ClassVar[ParameterKind] = ParameterKind.REFERENCE

    def value(self, text: str, hospital_id: UUID) -> Any:
        try:
            row_id = UUID(text)
        except ValueError as error:
            raise InvalidValue(field=field(self.name), expected=UNKNOWN) from error
        if self.named(hospital_id, row_id) is None:
            raise InvalidValue(field=field(self.name), expected=UNKNOWN)
        return str(row_id)

    def spoken(self, given: Given, hospital_id: UUID) -> str:
        text = given.get(self.name, "")
        return (self.named(hospital_id, UUID(text)) or text) if text else ""


@dataclass(frozen=True, slots=True)
class Text(Parameter):
    """Any text of at most 64 characters; empty is a value of its own where it was given."""

    def bind(self, given: Given, hospital_id: UUID) -> dict[str, Any]:
        return {self.name: given.get(self.name)}


@dataclass(frozen=True, slots=True)
class Code(Text):
    """A text that `resource` offers by its code; `named(hospital, code)`: its name, None where nobody knows."""

    resource: str = ""
    named: Callable[[UUID, str], str | None] = lambda hospital_id, code: None
    kind: ClassVar[ParameterKind] = ParameterKind.REFERENCE

    def spoken(self, given: Given, hospital_id: UUID) -> str:
        text = given.get(self.name, "")
        return (self.named(hospital_id, text) or text) if text else ""
