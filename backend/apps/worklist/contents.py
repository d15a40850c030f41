"""What of an approval's content the approver may complete: named fields of plain types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.dateparse import parse_datetime

from kernel.errors import Expectation, InvalidValue, in_english

MAX_NUMBER = 1_000_000_000
CONTENT = Expectation(
    "content", "该项不能由审批人修改,或内容不符合要求", "Approvers may not complete this, or not to that."
)


class ContentType(StrEnum):
    """`moment`: RFC 3339 with its offset."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class ContentField:
    """`max_length` is for texts."""

    name: str
    zh: str
    en: str
    type: ContentType = ContentType.TEXT
    max_length: int = 200

    @property
    def label(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh

    def accepts(self, value: Any) -> bool:
        """Whether the value may stand there; null empties the field."""
        return value is None or _CHECKS[self.type](value, self)


def completed(
    fields: Sequence[ContentField], content: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """`content` with the changes; InvalidValue names the first field that may not be changed, or not to that."""
    known = {field.name: field for field in fields}
    for name, value in changes.items():
        if name not in known or not known[name].accepts(value):
            raise InvalidValue(field=f"content.{name}", expected=CONTENT)
    return {**content, **changes}


def _is_moment(value: Any, field: ContentField) -> bool:
    if not isinstance(value, str):
        return False
    try:
        moment = parse_datetime(value)
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None


_CHECKS: dict[ContentType, Callable[[Any, ContentField], bool]] = {
    ContentType.TEXT: lambda value, field: isinstance(value, str) and len(value) <= field.max_length,
    ContentType.NUMBER: lambda value, _: type(value) is int and abs(value) <= MAX_NUMBER,
    ContentType.BOOLEAN: lambda value, _: isinstance(value, bool),
    ContentType.MOMENT: _is_moment,
}
