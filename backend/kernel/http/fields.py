"""Fields of several apps' edges."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.functional import lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.errors import MASKED, NAME, Expectation
from kernel.expectations import FOREIGN_KEY, QUANTITY
from kernel.text import clean_name, fold_code, is_masked
from kernel.text.names import is_name

_said_later = lazy(lambda expected: expected.text, str)  # in the language of the request
EXTERNAL_ID = r"^[0-9A-Za-z_.-]{1,64}\Z"
_QUANTITY = re.compile(r"^[0-9]{1,6}(\.[0-9]{1,3})?\Z")


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?$", "example": "1.5"})
class QuantityField(serializers.Field[Decimal, Any, str, Any]):
    """A decimal as text, so that no client rounds it: up to six digits and three places, above zero."""

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not _QUANTITY.match(data) or not Decimal(data):
            raise serializers.ValidationError(QUANTITY.text, code=QUANTITY.code)
        return Decimal(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,3})?$", "example": "1.5"})
class SignedQuantityField(QuantityField):
    """To be read only: below zero where something is taken back."""


@extend_schema_field({"type": "string", "format": "time-local", "example": "12:00"})
class EndTimeField(serializers.TimeField):
    """When something ends, by the wall clock: `24:00` is taken for midnight, and shown as `00:00:00`."""

    def to_internal_value(self, value: Any) -> dt.time:
        return super().to_internal_value("00:00" if value in ("24:00", "24:00:00") else value)


class NameField(serializers.CharField):
    """A person's name, kept as everybody writes it; what no name can have is refused."""

    def to_internal_value(self, data: Any) -> str:
        name = clean_name(super().to_internal_value(data))
        if name and not is_name(name):
            raise serializers.ValidationError(NAME.text, code=NAME.code)
        return name


class PatternField(serializers.RegexField):
    """A text of a certain form; the refusal says which in words, not as a pattern."""

    def __init__(self, pattern: str, expected: Expectation, **kwargs: Any) -> None:
        super().__init__(pattern, **kwargs)
        form = next(each for each in reversed(self.validators) if isinstance(each, RegexValidator))
        form.message, form.code = _said_later(expected), expected.code


class ExternalIdField(PatternField):
    """The id of a row in somebody else's program."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(EXTERNAL_ID, FOREIGN_KEY, trim_whitespace=False, **kwargs)


class CodeField(PatternField):
    """A code of somebody's own making, kept as it is written but for its width and what can't be seen."""

    def to_internal_value(self, data: Any) -> str:
        return fold_code(super().to_internal_value(data))


class SecretField(serializers.CharField):
    """A value that is shown masked elsewhere: what carries the mark of a mask is refused.

    `pattern` is the plain form for the documents; people may type blanks, hyphens and prefixes besides.
    """

    def __init__(self, *, pattern: str = "", **kwargs: Any) -> None:
        self.pattern = pattern
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and is_masked(data):
            raise serializers.ValidationError(MASKED.text, code=MASKED.code)
        return super().run_validation(data)


class MaskedText(serializers.CharField):
    """A text that is a mask already when it comes here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class MaskedField(SecretField):
    """Write the value, read its mask. The mask of the present value, as a form sends it back, changes nothing."""

    def __init__(self, mask: Callable[[str], str], **kwargs: Any) -> None:
        self.mask = mask
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        row = getattr(self.parent, "instance", None)
        masked = isinstance(row, Model) and isinstance(data, str) and is_masked(data)
        if masked and data == self.to_representation(self.get_attribute(row)):
            raise serializers.SkipField
        return super().run_validation(data)

    def to_representation(self, value: Any) -> str:
        return self.mask(str(value or ""))
